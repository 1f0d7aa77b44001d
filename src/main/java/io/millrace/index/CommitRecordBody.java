package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.CommitRecord.SegmentEntry;
import io.millrace.segment.DeleteVectorMeta;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A [CommitRecord] as a document: the names on disk stand here and nowhere else.
final class CommitRecordBody {
    /// An index has one shard, and nobody fences a folder by epoch; both are kept for the day when
    /// that changes.
    private static final long SHARD = 0;

    private static final long EPOCH = 0;

    private CommitRecordBody() {}

    static Obj toValue(CommitRecord record) {
        Map<String, Value> body = new LinkedHashMap<>();
        body.put("index", Value.of(record.index()));
        body.put("incarnation", Value.of(record.incarnation()));
        body.put("generation", Value.of(record.generation()));
        body.put("previousGeneration", Value.of(record.previousGeneration()));
        body.put("previousCrc", Value.of(record.previousCrc()));
        body.put("commitId", Value.of(record.commitId()));
        body.put("kind", Value.of(record.kind().name()));
        body.put("shard", Value.of(SHARD));
        body.put("epoch", Value.of(EPOCH));
        body.put("segments", array(record.segments(), CommitRecordBody::segment));
        body.put("deleteVectors", array(record.deleteVectors(), CommitRecordBody::vectors));
        body.put("rejects", array(record.rejects(), CommitRecordBody::rejects));
        body.put("checkpoint", record.checkpoint().toRecord());
        body.put("identity", record.identity().toValue());
        body.put("nextSequence", Value.of(record.nextSequence()));
        SchemaFile.Meta schemaFile = record.storedSchema().file();
        if (schemaFile == null) {
            body.put("schema", record.schema().toValue());
        } else {
            body.put(
                    "schemaFile",
                    file(schemaFile.name(), schemaFile.lengthBytes(), schemaFile.crc()));
        }
        body.put("events", array(record.events(), event -> event));
        body.put("publishedThrough", Value.of(record.publishedThrough()));
        body.put("keptFrom", Value.of(record.keptFrom()));
        body.put("contentGeneration", Value.of(record.contentGeneration()));
        body.put("documentCount", Value.of(record.documentCount()));
        body.put("committedAtMillis", Value.of(record.committedAtMillis()));
        return new Obj(body);
    }

    /// @throws MillraceException when a member is missing, of another type or breaks a rule
    static CommitRecord fromValue(Obj body, CommitRecordLayout.Schemas schemas) throws IOException {
        try {
            return new CommitRecord(
                    text(body, "index"),
                    text(body, "incarnation"),
                    number(body, "generation"),
                    integer(body, "previousCrc"),
                    text(body, "commitId"),
                    CommitKind.valueOf(text(body, "kind")),
                    list(body, "segments", CommitRecordBody::toSegment),
                    list(body, "deleteVectors", CommitRecordBody::toVectors),
                    list(body, "rejects", CommitRecordBody::toRejects),
                    Checkpoint.fromRecord(body.get("checkpoint")),
                    SourceIdentity.fromValue(object(body, "identity")),
                    number(body, "nextSequence"),
                    schema(body, schemas),
                    list(body, "events", event -> event),
                    number(body, "publishedThrough"),
                    number(body, "keptFrom"),
                    number(body, "contentGeneration"),
                    number(body, "documentCount"),
                    number(body, "committedAtMillis"));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new MillraceException.Corrupt("damaged: " + e.getMessage(), e);
        }
    }

    private static StoredSchema schema(Obj body, CommitRecordLayout.Schemas schemas)
            throws IOException {
        if (body.get("schemaFile") == null) {
            return StoredSchema.inRecord(Schema.fromValue(object(body, "schema")));
        }
        Obj named = object(body, "schemaFile");
        SchemaFile.Meta file =
                new SchemaFile.Meta(
                        text(named, "file"), number(named, "length"), integer(named, "crc"));
        return new StoredSchema(schemas.read(file), file);
    }

    private static Obj segment(SegmentEntry entry) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of(entry.meta().id().ulid()));
        members.put("length", Value.of(entry.meta().lengthBytes()));
        members.put("crc", Value.of(entry.meta().footerCrc()));
        members.put("documents", Value.of(entry.meta().documentCount()));
        members.put("schemaVersion", Value.of(entry.meta().schemaVersion()));
        if (entry.deleteVector() != null) {
            members.put("deleteVector", Value.of(entry.deleteVector()));
            members.put("deleted", Value.of(entry.deletedCount()));
        }
        return new Obj(members);
    }

    private static SegmentEntry toSegment(Obj entry) {
        SegmentMeta meta =
                new SegmentMeta(
                        new SegmentId(text(entry, "id")),
                        number(entry, "length"),
                        integer(entry, "crc"),
                        integer(entry, "documents"),
                        integer(entry, "schemaVersion"));
        return entry.get("deleteVector") == null
                ? new SegmentEntry(meta, null, 0)
                : new SegmentEntry(meta, text(entry, "deleteVector"), integer(entry, "deleted"));
    }

    private static Obj vectors(DeleteVectorMeta file) {
        return file(file.name(), file.lengthBytes(), file.crc());
    }

    private static DeleteVectorMeta toVectors(Obj file) {
        return new DeleteVectorMeta(
                text(file, "file"), number(file, "length"), integer(file, "crc"));
    }

    private static Obj rejects(RejectsMeta file) {
        Map<String, Value> members =
                new LinkedHashMap<>(file(file.name(), file.lengthBytes(), file.crc()).members());
        members.put("count", Value.of(file.count()));
        return new Obj(members);
    }

    private static RejectsMeta toRejects(Obj file) {
        return new RejectsMeta(
                text(file, "file"),
                number(file, "length"),
                integer(file, "crc"),
                integer(file, "count"));
    }

    private static Obj file(String name, long lengthBytes, int crc) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("file", Value.of(name));
        members.put("length", Value.of(lengthBytes));
        members.put("crc", Value.of(crc));
        return new Obj(members);
    }

    private static <T> Value.Array array(List<T> items, Function<T, Obj> toObject) {
        return new Value.Array(items.stream().<Value>map(toObject).toList());
    }

    private static <T> List<T> list(Obj object, String name, Function<Obj, T> fromObject) {
        if (!(object.get(name) instanceof Value.Array(List<Value> items))) {
            throw missing(name, "an array");
        }
        return items.stream()
                .map(item -> {
                    if (item instanceof Obj inner) {
                        return fromObject.apply(inner);
                    }
                    throw missing(name, "an array of objects");
                })
                .toList();
    }

    private static String text(Obj object, String name) {
        if (object.get(name) instanceof Value.Text(String text)) {
            return text;
        }
        throw missing(name, "a string");
    }

    private static Obj object(Obj object, String name) {
        if (object.get(name) instanceof Obj inner) {
            return inner;
        }
        throw missing(name, "an object");
    }

    private static long number(Obj object, String name) {
        if (object.get(name) instanceof Value.Int(long number)) {
            return number;
        }
        throw missing(name, "a number");
    }

    private static int integer(Obj object, String name) {
        return Math.toIntExact(number(object, name));
    }

    private static IllegalArgumentException missing(String name, String expected) {
        return new IllegalArgumentException("member " + name + " is not " + expected);
    }
}
