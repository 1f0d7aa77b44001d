package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.directory.FileOutput;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Writes documents of several segments as one, section by section: every section of the inputs is
/// read in place, in one or two passes, and nothing is analysed again. What comes out is what a
/// [SegmentBuilder] would have written for the same documents, but for the blocks of stored
/// documents, which are copied where they can be.
///
/// Heap: a few megabytes and the largest stored document, plus 12 bytes for 64 documents; each
/// `*Rewriter` says what it takes. Outside the heap: up to 7.5 bytes a document, or what the terms
/// of one field take, see [TermsRewriter].
public final class SegmentRewriter {
    private final RewriteInputs inputs;
    private final SegmentOutput out;

    private SegmentRewriter(RewriteInputs inputs, SegmentOutput out) {
        this.inputs = inputs;
        this.out = out;
    }

    /// Writes and forces the file, which stays open; what was written is not verified yet. Numbers
    /// that the schema takes for doubles may have been written as longs. Text keeps the terms it
    /// has, whatever its analyzer is now.
    ///
    /// @param schema knows every field of the inputs
    /// @param placement of at least one document
    /// @param pulse called several times a second; ends the work by throwing
    public static SegmentMeta write(
            FileOutput file,
            SegmentId id,
            Schema schema,
            List<SegmentReader> readers,
            DocumentPlacement placement,
            Runnable pulse)
            throws IOException {
        for (SegmentReader reader : readers) {
            checkFields(reader, schema);
        }
        RewriteInputs inputs = new RewriteInputs(List.copyOf(readers), placement, pulse);
        SegmentOutput out = new SegmentOutput(file, id);
        SegmentRewriter rewriter = new SegmentRewriter(inputs, out);
        KeysRewriter keys = new KeysRewriter(inputs, out);
        keys.writeKeys();
        keys.writeSeqs();
        new DocumentsRewriter(inputs, out).write();
        for (int i = 0; i < schema.fields().size(); i++) {
            rewriter.field(i, schema.fields().get(i));
        }
        return out.finish(schema, placement.documentCount());
    }

    private static void checkFields(SegmentReader reader, Schema schema) {
        for (Field field : reader.schema().fields()) {
            FieldType now = schema.field(field.path()).map(Field::type).orElse(null);
            if (now != field.type()
                    && !(now == FieldType.DOUBLE && field.type() == FieldType.LONG)) {
                throw new MillraceException.Bug(
                        "segment %s holds field %s as %s, its merge as %s"
                                .formatted(reader.meta().id(), field.path(), field.type(), now));
            }
        }
    }

    private void field(int ordinal, Field field) throws IOException {
        switch (field.type()) {
            case BOOL, LONG, DOUBLE, TIMESTAMP, DATE -> compared(ordinal, field, false);
            case KEYWORD, DECIMAL, UUID -> compared(ordinal, field, true);
            case BYTES -> {}
            case TEXT -> text(SegmentLayout.Kind.TERMS, SegmentReader::mappedTerms, ordinal, field);
            case STRING -> {
                RoaringBitmap withKeyword = compared(ordinal, field, true);
                text(SegmentLayout.Kind.TEXT_TERMS, SegmentReader::mappedTextTerms, ordinal, field);
                present(ordinal, field, withKeyword);
            }
        }
    }

    /// Terms by which values are compared, and the values by document. Returns the documents that
    /// have any, null when there are none.
    private @Nullable RoaringBitmap compared(int ordinal, Field field, boolean isString)
            throws IOException {
        List<@Nullable MappedTerms> terms = each(SegmentReader::mappedTerms, field);
        try (TermsRewriter written =
                new TermsRewriter(inputs, out, field, terms, isString, false)) {
            RoaringBitmap present = written.write(SegmentLayout.Kind.TERMS, ordinal);
            if (present != null) {
                new ColumnRewriter(
                                inputs,
                                out,
                                field,
                                each(SegmentReader::mappedColumn, field),
                                written)
                        .write(ordinal);
            }
            return present;
        }
    }

    /// Documents with a value, where the terms do not tell it.
    private void present(int ordinal, Field field, @Nullable RoaringBitmap withKeyword)
            throws IOException {
        RoaringBitmap present = new RoaringBitmap();
        for (int input = 0; input < inputs.readers().size(); input++) {
            ImmutableRoaringBitmap own = inputs.readers().get(input).present(field.path());
            if (own == null) {
                continue;
            }
            int from = input;
            own.forEach((int document) -> {
                int target = inputs.placement().target(from, document);
                if (target >= 0) {
                    present.add(target);
                }
            });
        }
        if (!present.isEmpty() && !present.equals(withKeyword)) {
            PresentSection.write(out, ordinal, present);
        }
    }

    /// Terms that are matched, with their postings, norms and positions, the last where the field
    /// keeps them and all inputs know them.
    private void text(
            SegmentLayout.Kind kind,
            BiFunction<SegmentReader, String, @Nullable MappedTerms> part,
            int ordinal,
            Field field)
            throws IOException {
        try (TermsRewriter written =
                new TermsRewriter(inputs, out, field, each(part, field), false, true)) {
            RoaringBitmap present = written.write(kind, ordinal);
            if (present != null) {
                List<@Nullable MappedPostings> read = each(SegmentReader::mappedPostings, field);
                PostingsRewriter postings = new PostingsRewriter(inputs, out, read);
                postings.writePostings(ordinal, written, present.getCardinality());
                postings.writeNorms(ordinal);
                if (field.analysis().positions()) {
                    PositionsRewriter positions = new PositionsRewriter(inputs, out, read);
                    if (positions.isPossible()) {
                        positions.write(ordinal, written);
                    }
                }
            }
        }
    }

    private <T> List<@Nullable T> each(
            BiFunction<SegmentReader, String, @Nullable T> part, Field field) {
        List<@Nullable T> parts = new ArrayList<>();
        for (SegmentReader reader : inputs.readers()) {
            parts.add(part.apply(reader, field.path()));
        }
        return parts;
    }
}
