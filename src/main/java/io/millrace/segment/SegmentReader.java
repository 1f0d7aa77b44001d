package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.MappedFile;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// One open segment. Immutable and shared; closed by its last user.
public final class SegmentReader implements AutoCloseable {
    private final MappedFile file;
    private final SegmentMeta meta;
    private final Schema schema;
    private final KeysReader keys;
    private final PackedArray seqs;
    private final DocumentsReader documents;
    private final Map<String, MappedTerms> terms = new HashMap<>();
    private final Map<String, MappedTerms> textTerms = new HashMap<>();
    private final Map<String, ImmutableRoaringBitmap> present = new HashMap<>();
    private final Map<String, MappedColumn> columns = new HashMap<>();
    private final Map<String, MappedPostings> postings = new HashMap<>();

    private SegmentReader(MappedFile file, SegmentMeta meta, SegmentFooter footer) {
        this.file = file;
        this.meta = meta;
        schema = footer.schema();
        int documentCount = footer.documentCount();
        Sections sections = new Sections(file.memory(), footer.sections());
        keys = new KeysReader(sections.whole(SegmentLayout.Kind.KEYS), documentCount);
        seqs = new PackedArray(sections.whole(SegmentLayout.Kind.SEQ), 0);
        documents =
                new DocumentsReader(sections.whole(SegmentLayout.Kind.DOCUMENTS), documentCount);
        if (seqs.count() != documentCount) {
            throw new MillraceException.Corrupt(
                    seqs.count() + " intake numbers, expected " + documentCount);
        }
        sections.ofFields(
                SegmentLayout.Kind.TERMS,
                (ordinal, memory) -> {
                    Field field = schema.fields().get(ordinal);
                    MappedTerms mapped = new MappedTerms(memory, field);
                    terms.put(field.path(), mapped);
                    if (field.type() == FieldType.TEXT) {
                        textTerms.put(field.path(), mapped);
                    }
                });
        sections.ofFields(
                SegmentLayout.Kind.TEXT_TERMS,
                (ordinal, memory) -> {
                    Field field = schema.fields().get(ordinal);
                    textTerms.put(field.path(), new MappedTerms(memory, field));
                });
        sections.ofFields(
                SegmentLayout.Kind.PRESENT,
                (ordinal, memory) ->
                        present.put(
                                pathOf(ordinal),
                                new ImmutableRoaringBitmap(memory.asByteBuffer())));
        sections.ofFields(
                SegmentLayout.Kind.COLUMN,
                (ordinal, memory) ->
                        columns.put(pathOf(ordinal), new MappedColumn(memory, documentCount)));
        sections.ofFields(
                SegmentLayout.Kind.POSTINGS,
                (ordinal, memory) ->
                        postings.put(
                                pathOf(ordinal),
                                new MappedPostings(
                                        memory,
                                        sections.ofField(SegmentLayout.Kind.NORMS, ordinal),
                                        sections.find(SegmentLayout.Kind.POSITIONS, ordinal),
                                        documentCount)));
    }

    /// Verifies every checksum through channel reads, then maps the file.
    ///
    /// @throws MillraceException.Corrupt when the file is not what the meta and its own sums say
    public static SegmentReader open(Directory directory, SegmentMeta meta) throws IOException {
        SegmentFooter footer = SegmentFooter.verify(directory, meta);
        MappedFile file = directory.map(meta.id().fileName());
        try {
            if (file.memory().byteSize() != meta.lengthBytes()) {
                throw new MillraceException.Corrupt(
                        "segment %s: mapped %d bytes, expected %d"
                                .formatted(
                                        meta.id(), file.memory().byteSize(), meta.lengthBytes()));
            }
            return new SegmentReader(file, meta, footer);
        } catch (RuntimeException e) {
            // Bounds, sums and bitmaps of a file whose checksums are true and whose writer was not.
            file.close();
            throw new MillraceException.Corrupt("segment " + meta.id() + ": " + e.getMessage(), e);
        } catch (Error e) {
            file.close();
            throw e;
        }
    }

    public SegmentMeta meta() {
        return meta;
    }

    /// The schema this segment was written with.
    public Schema schema() {
        return schema;
    }

    public int documentCount() {
        return meta.documentCount();
    }

    /// The document of a key, deleted or not, or -1.
    public int find(DocumentKey key) {
        return keys.find(key);
    }

    /// Looks at a key, so that it comes from memory while others are looked at. What is returned
    /// says nothing; who adds it up keeps the compiler from leaving the look away.
    public int touchKey(int document) {
        return keys.touch(document);
    }

    public DocumentKey key(int document) {
        return keys.key(document);
    }

    /// Intake number of the change that made the document.
    public long seq(int document) {
        return seqs.get(document);
    }

    public Document document(int document) {
        return documents.document(document);
    }

    /// The terms of a field by which its values are compared, or null when no document of this
    /// segment has any.
    public @Nullable TermsReader terms(String path) {
        return terms.get(path);
    }

    /// The terms of a text or string field that `match` finds, or null as above.
    public @Nullable TermsReader textTerms(String path) {
        return textTerms.get(path);
    }

    /// All documents that have a value in a field, deleted ones too, or null as above.
    public @Nullable ImmutableRoaringBitmap present(String path) {
        ImmutableRoaringBitmap own = present.get(path);
        MappedTerms compared = terms.get(path);
        return own != null || compared == null ? own : compared.present();
    }

    /// The values of an ordered field by document, or null as above.
    public @Nullable ColumnReader column(String path) {
        return columns.get(path);
    }

    /// Documents and frequencies of a text field, or null as above.
    public @Nullable PostingsReader postings(String path) {
        return postings.get(path);
    }

    KeysReader keys() {
        return keys;
    }

    DocumentsReader documents() {
        return documents;
    }

    @Nullable MappedTerms mappedTerms(String path) {
        return terms.get(path);
    }

    @Nullable MappedTerms mappedTextTerms(String path) {
        return textTerms.get(path);
    }

    @Nullable MappedColumn mappedColumn(String path) {
        return columns.get(path);
    }

    @Nullable MappedPostings mappedPostings(String path) {
        return postings.get(path);
    }

    @Override
    public void close() {
        file.close();
    }

    private String pathOf(int field) {
        return schema.fields().get(field).path();
    }

    /// The section table with the memory of each section. Used while opening.
    private static final class Sections {
        @FunctionalInterface
        interface FieldSection {
            void accept(int field, MemorySegment memory);
        }

        private final Map<SegmentLayout.Kind, Map<Integer, MemorySegment>> byKind =
                new EnumMap<>(SegmentLayout.Kind.class);

        Sections(MemorySegment memory, List<SegmentLayout.Section> sections) {
            for (SegmentLayout.Kind kind : SegmentLayout.Kind.values()) {
                Map<Integer, MemorySegment> byField = new HashMap<>();
                for (SegmentLayout.Section section : sections) {
                    if (section.kind() == kind.code) {
                        byField.put(
                                section.field(),
                                memory.asSlice(section.offset(), section.length()));
                    }
                }
                byKind.put(kind, byField);
            }
        }

        MemorySegment whole(SegmentLayout.Kind kind) {
            return ofField(kind, SegmentLayout.NO_FIELD);
        }

        @Nullable MemorySegment find(SegmentLayout.Kind kind, int field) {
            return all(kind).get(field);
        }

        MemorySegment ofField(SegmentLayout.Kind kind, int field) {
            MemorySegment memory = find(kind, field);
            if (memory == null) {
                throw new MillraceException.Corrupt("no section " + kind + " of field " + field);
            }
            return memory;
        }

        void ofFields(SegmentLayout.Kind kind, FieldSection action) {
            all(kind).forEach(action::accept);
        }

        private Map<Integer, MemorySegment> all(SegmentLayout.Kind kind) {
            return byKind.getOrDefault(kind, Map.of());
        }
    }
}
