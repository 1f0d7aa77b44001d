package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileOutput;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.LiveSchema;
import io.millrace.document.Schema;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.lucene.util.ByteBlockPool;
import org.apache.lucene.util.Counter;
import org.jspecify.annotations.Nullable;

/// Collects documents in memory and writes them as one segment file. Confined to one thread.
///
/// Everything is kept in growable arrays of primitives, in document order; terms are turned into
/// terms → documents when the file is written.
public final class SegmentBuilder {
    private final LiveSchema live;
    private Schema schema;
    private final Counter ramBytes = Counter.newCounter();
    private final ByteBlockPool termBytes =
            new ByteBlockPool(new ByteBlockPool.DirectTrackingAllocator(ramBytes));
    private final DocumentAnalyzer analyzer;
    private final AnalyzedDocument analyzed;
    private final KeyTable keys = new KeyTable(ramBytes);
    private final LongList seqs = new LongList(ramBytes);
    private final DocumentBlocks documents = new DocumentBlocks(ramBytes);
    private final BitSet deleted = new BitSet();

    /// By field ordinal; null until a document has the field.
    private @Nullable FieldBuilder[] fields;

    private int deletedCount;
    private boolean isWritten;
    private boolean isOutgrown;

    public SegmentBuilder(Schema schema) {
        this(new LiveSchema(schema));
    }

    /// @param live taken in its newest version, and grown by what documents bring
    public SegmentBuilder(LiveSchema live) {
        this.live = live;
        schema = live.current();
        analyzer = new DocumentAnalyzer(schema);
        analyzed = new AnalyzedDocument(schema, ramBytes);
        fields = new FieldBuilder[schema.fields().size()];
        termBytes.nextBuffer();
    }

    /// Checks the document and cuts it into terms by the newest schema; changes nothing but scratch
    /// space and, when the document is accepted and brings fields of its own, the schema. Look at
    /// [#isOutgrown] before the document is added.
    ///
    /// @throws MillraceException.InvalidRequest when it cannot be indexed; says which field and why
    public AnalyzedDocument analyze(Document document) {
        if (!follow(live.current())) {
            analyzed.begin();
            return analyzed;
        }
        analyzer.analyze(document, analyzed, false);
        if (!analyzer.foundFields().isEmpty()
                && !analyzeAgain(document, live.infer(analyzer.foundFields()))) {
            return analyzed;
        }
        if (!analyzer.ignoredPaths().isEmpty()) {
            Schema withIgnored = live.withIgnored();
            if (withIgnored != schema && !analyzeAgain(document, withIgnored)) {
                return analyzed;
            }
            analyzer.listIgnored(analyzed);
        }
        return analyzed;
    }

    /// By a later schema, in which other fields may have changed too: terms cut by one version are
    /// never added under another. False when the builder cannot follow.
    private boolean analyzeAgain(Document document, Schema later) {
        if (!follow(later)) {
            analyzed.begin();
            return false;
        }
        analyzer.analyze(document, analyzed, true);
        return true;
    }

    /// True when the builder held values in a form that the schema had left when a document was
    /// last analysed: what was analysed cannot be added, the builder is to be written and a new one
    /// takes over. A builder without documents is never outgrown.
    public boolean isOutgrown() {
        return isOutgrown;
    }

    /// Adds what [#analyze] returned and returns the document's ordinal. The caller has deleted the
    /// older document of the key.
    public int add(DocumentKey key, long seq, AnalyzedDocument document) {
        Document content = document.document();
        if (content == null || document != analyzed || isWritten || isOutgrown) {
            throw new MillraceException.Bug("document was not analysed by this builder");
        }
        int ordinal = seqs.size();
        keys.add(key);
        seqs.add(seq);
        documents.add(content.bytes());
        IntList present = document.present();
        for (int i = 0; i < present.size(); i++) {
            int field = present.get(i);
            builder(field).add(ordinal, document.field(field), document.bytes());
        }
        document.begin();
        return ordinal;
    }

    /// The live document of a key, or -1.
    public int find(DocumentKey key) {
        int document = keys.find(key);
        return document >= 0 && deleted.get(document) ? -1 : document;
    }

    /// The content of a document that was added.
    public Document document(int document) {
        return documents.document(document);
    }

    /// A deleted document is not written.
    public void delete(int document) {
        if (document < 0 || document >= seqs.size() || deleted.get(document)) {
            throw new MillraceException.Bug(
                    "delete of document %d, which is not live among %d"
                            .formatted(document, seqs.size()));
        }
        deleted.set(document);
        deletedCount++;
    }

    /// Documents added and not deleted.
    public int liveCount() {
        return seqs.size() - deletedCount;
    }

    /// Heap held, in bytes, scratch space included. Writing takes more for a while: about 24 bytes
    /// for each value of the largest field.
    public long ramBytes() {
        return ramBytes.get() + deleted.size() / Byte.SIZE;
    }

    /// Writes and forces the file; the name is forced by the caller. What was written is verified
    /// by whoever opens it. The builder is used up. Documents keep the order in which they were
    /// added.
    public SegmentMeta write(Directory directory, SegmentId id) throws IOException {
        if (isWritten) {
            throw new MillraceException.Bug("builder of segment " + id + " was written before");
        }
        isWritten = true;
        try (FileOutput file = directory.create(id.fileName())) {
            SegmentOutput out = new SegmentOutput(file, id);
            keys.write(out, deleted);
            writeSeqs(out);
            documents.write(out, deleted);
            for (int i = 0; i < fields.length; i++) {
                FieldBuilder field = fields[i];
                if (field != null) {
                    field.write(out, i, deleted, liveCount());
                    fields[i] = null;
                }
            }
            return out.finish(schema, liveCount());
        }
    }

    private void writeSeqs(SegmentOutput out) throws IOException {
        long[] live = new long[liveCount()];
        int document = deleted.nextClearBit(0);
        for (int i = 0; i < live.length; i++) {
            live[i] = seqs.get(document);
            document = deleted.nextClearBit(document + 1);
        }
        out.begin();
        PackedWriter.write(out, live, live.length);
        out.end(SegmentLayout.Kind.SEQ, SegmentLayout.NO_FIELD);
    }

    /// Goes on with a later version of the schema, or says that it cannot.
    private boolean follow(Schema later) {
        if (isOutgrown || later == schema) {
            return !isOutgrown;
        }
        for (int i = 0; i < fields.length; i++) {
            isOutgrown |=
                    fields[i] != null
                            && !schema.fields().get(i).isWrittenLike(later.fields().get(i));
        }
        if (!isOutgrown) {
            schema = later;
            analyzer.follow(later);
            analyzed.grow(later.fields().size());
            fields = Arrays.copyOf(fields, later.fields().size());
        }
        return !isOutgrown;
    }

    private FieldBuilder builder(int ordinal) {
        FieldBuilder builder = fields[ordinal];
        if (builder == null) {
            builder = newBuilder(schema.fields().get(ordinal));
            fields[ordinal] = builder;
        }
        return builder;
    }

    private FieldBuilder newBuilder(Field field) {
        return switch (field.type()) {
            case BOOL, LONG, DOUBLE, TIMESTAMP, DATE -> new NumberFieldBuilder(ramBytes);
            case KEYWORD, DECIMAL, UUID -> new KeywordFieldBuilder(termBytes, ramBytes);
            case BYTES -> throw new MillraceException.Bug(field.path() + " is in no index");
            case TEXT ->
                    new TextFieldBuilder(
                            SegmentLayout.Kind.TERMS,
                            field.analysis().positions(),
                            termBytes,
                            ramBytes);
            case STRING -> new StringFieldBuilder(termBytes, ramBytes);
        };
    }
}
