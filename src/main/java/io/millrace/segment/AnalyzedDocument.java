package io.millrace.segment;

import io.millrace.document.Document;
import io.millrace.document.Schema;
import java.util.Arrays;
import org.apache.lucene.util.Counter;
import org.jspecify.annotations.Nullable;

/// A document checked and cut into terms, ready to be added without a way to fail. Belongs to the
/// builder that made it, until its next [SegmentBuilder#analyze].
public final class AnalyzedDocument {
    private final Counter ramBytes;
    private final ByteList bytes;

    /// By field ordinal; null until a document has the field.
    private @Nullable AnalyzedField[] fields;

    /// Ordinals of the fields that the document has.
    private final IntList present;

    private @Nullable Document document;

    AnalyzedDocument(Schema schema, Counter ramBytes) {
        this.ramBytes = ramBytes;
        fields = new AnalyzedField[schema.fields().size()];
        bytes = new ByteList(ramBytes);
        present = new IntList(ramBytes);
    }

    /// Forgets the document before.
    void begin() {
        for (int i = 0; i < present.size(); i++) {
            field(present.get(i)).clear();
        }
        present.clear();
        bytes.clear();
        document = null;
    }

    /// Makes room for the fields of a later version of the schema.
    void grow(int fieldCount) {
        fields = Arrays.copyOf(fields, fieldCount);
    }

    void complete(Document analyzed) {
        document = analyzed;
    }

    /// The document itself, or null when it was not analysed to the end.
    @Nullable Document document() {
        return document;
    }

    IntList present() {
        return present;
    }

    ByteList bytes() {
        return bytes;
    }

    /// A field that the document has, entered as present if it was not.
    AnalyzedField enter(int ordinal) {
        AnalyzedField field = fields[ordinal];
        if (field == null) {
            field = new AnalyzedField(ramBytes);
            fields[ordinal] = field;
        }
        if (field.valueCount == 0) {
            present.add(ordinal);
        }
        return field;
    }

    AnalyzedField field(int ordinal) {
        AnalyzedField field = fields[ordinal];
        if (field == null) {
            throw new IllegalStateException(
                    "field " + ordinal + " is not among " + Arrays.toString(present.toArray()));
        }
        return field;
    }
}
