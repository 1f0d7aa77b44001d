package io.millrace.segment;

import io.millrace.document.Document;
import io.millrace.document.DocumentCursor;
import io.millrace.document.DocumentCursor.Token;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Reads every structure of an open segment and compares them with each other. What its checksums
/// cannot find: a writer that was wrong. Confined to one thread; heap grows with the number of
/// documents by a few bits, with the terms of one field by four bytes.
public final class SegmentCheck {

    /// Is told what is wrong, by section; may throw to end the check.
    @FunctionalInterface
    public interface Findings {
        void found(String place, String expected, String found);
    }

    private final SegmentReader reader;
    private final Findings findings;
    private final int documentCount;

    private SegmentCheck(SegmentReader reader, Findings findings) {
        this.reader = reader;
        this.findings = findings;
        this.documentCount = reader.documentCount();
    }

    /// Keys, intake numbers, stored documents, terms, columns and postings.
    ///
    /// @param nextSequence all intake numbers are below it
    /// @param progress is told how many documents were read
    public static void structure(
            SegmentReader reader, long nextSequence, Findings findings, IntConsumer progress) {
        SegmentCheck check = new SegmentCheck(reader, findings);
        check.documents(nextSequence, progress);
        for (Field field : reader.schema().fields()) {
            check.guarded(
                    "terms." + field.path(), () -> check.terms(field, reader.terms(field.path())));
            if (reader.textTerms(field.path()) != reader.terms(field.path())) {
                check.guarded(
                        "terms of text " + field.path(),
                        () -> check.terms(field, reader.textTerms(field.path())));
            }
            check.guarded("column." + field.path(), () -> check.column(field));
            check.guarded("postings." + field.path(), () -> check.postings(field));
        }
    }

    /// Cuts every stored document into terms again and compares them with what is indexed.
    public static void analysis(SegmentReader reader, Findings findings, IntConsumer progress) {
        new SegmentReanalysis(reader, findings).run(progress);
    }

    private void documents(long nextSequence, IntConsumer progress) {
        for (int i = 0; i < documentCount; i++) {
            int document = i;
            guarded("keys", () -> key(document));
            guarded(
                    "seq",
                    () -> {
                        long seq = reader.seq(document);
                        if (seq < 0 || seq >= nextSequence) {
                            findings.found(
                                    "seq of document " + document,
                                    "below " + nextSequence,
                                    "" + seq);
                        }
                    });
            guarded("documents", () -> walk(reader.document(document)));
            progress.accept(i + 1);
        }
    }

    private void key(int document) {
        DocumentKey key = reader.key(document);
        if (key.bytes().length == 0) {
            return;
        }
        key.parts();
        int found = reader.find(key);
        if (found != document) {
            findings.found("keys, table", "document " + document + " for key " + key, "" + found);
        }
    }

    private static void walk(Document document) {
        DocumentCursor cursor = document.cursor();
        Token token = cursor.next();
        while (token != Token.DONE) {
            token = cursor.next();
        }
    }

    private void terms(Field field, @Nullable TermsReader terms) {
        if (terms == null) {
            return;
        }
        String place = "terms." + field.path();
        MutableRoaringBitmap any = new MutableRoaringBitmap();
        for (int ordinal = 0; ordinal < terms.termCount(); ordinal++) {
            boolean isFound;
            boolean rises;
            if (field.type().isNumeric()) {
                long term = terms.ordered(ordinal);
                isFound = terms.find(term) == ordinal;
                rises = ordinal == 0 || terms.ordered(ordinal - 1) < term;
            } else {
                byte[] term = terms.bytes(ordinal);
                isFound = terms.find(term) == ordinal;
                rises = ordinal == 0 || Arrays.compareUnsigned(terms.bytes(ordinal - 1), term) < 0;
            }
            if (!isFound || !rises) {
                findings.found(place, "term " + ordinal + " in order", "another one");
            }
            ImmutableRoaringBitmap documents = terms.documents(ordinal);
            int count = documents.getCardinality();
            if (count == 0 || count != terms.documentCount(ordinal)) {
                findings.found(
                        place,
                        terms.documentCount(ordinal) + " documents of term " + ordinal,
                        "" + count);
            } else if (documents.last() >= documentCount) {
                findings.found(place, "documents below " + documentCount, "" + documents.last());
            }
            any.or(documents);
        }
        if (!any.equals(terms.present())) {
            findings.found(
                    place,
                    any.getCardinality() + " documents with any term",
                    terms.present().getCardinality() + " or others");
        }
    }

    private void column(Field field) {
        ColumnReader column = reader.column(field.path());
        TermsReader terms = reader.terms(field.path());
        if (column == null || terms == null) {
            return;
        }
        String place = "column." + field.path();
        int[] documentsOfTerm = new int[terms.termCount()];
        for (int document = 0; document < documentCount; document++) {
            int values = column.valueCount(document);
            for (int i = 0; i < values; i++) {
                long value = column.value(document, i);
                if (i > 0 && column.value(document, i - 1) > value) {
                    findings.found(place, "rising values of document " + document, "" + value);
                }
                if (i > 0 && column.value(document, i - 1) == value) {
                    continue;
                }
                long term = field.type().isNumeric() ? terms.find(value) : value;
                if (term < 0 || term >= documentsOfTerm.length) {
                    findings.found(place, "a term for " + value, "none");
                } else {
                    documentsOfTerm[(int) term]++;
                }
            }
        }
        for (int ordinal = 0; ordinal < documentsOfTerm.length; ordinal++) {
            if (documentsOfTerm[ordinal] != terms.documentCount(ordinal)) {
                findings.found(
                        place,
                        terms.documentCount(ordinal) + " documents of term " + ordinal,
                        "" + documentsOfTerm[ordinal]);
            }
        }
    }

    private void postings(Field field) {
        PostingsReader postings = reader.postings(field.path());
        TermsReader terms = reader.textTerms(field.path());
        if (postings == null || terms == null) {
            return;
        }
        String place = "postings." + field.path();
        for (int ordinal = 0; ordinal < terms.termCount(); ordinal++) {
            MutableRoaringBitmap documents = new MutableRoaringBitmap();
            PostingsReader.Cursor cursor = postings.cursor(ordinal);
            PostingsReader.PositionCursor positions = postings.positionCursor(ordinal);
            int before = -1;
            for (int document = cursor.next();
                    document != PostingsReader.Cursor.DONE;
                    document = cursor.next()) {
                if (positions != null) {
                    positions(place, ordinal, positions);
                }
                if (document <= before || document >= documentCount || cursor.frequency() < 1) {
                    findings.found(
                            place,
                            "a document above " + before + " of term " + ordinal,
                            document + " with frequency " + cursor.frequency());
                    return;
                }
                documents.add(document);
                before = document;
            }
            if (!documents.equals(terms.documents(ordinal))) {
                findings.found(
                        place,
                        "the " + terms.documentCount(ordinal) + " documents of term " + ordinal,
                        documents.getCardinality() + " or others");
            }
        }
        int present = terms.present().getCardinality();
        if (postings.documentsWithField() < present) {
            findings.found(
                    place, present + " documents with a term", "" + postings.documentsWithField());
        }
    }

    /// The positions of the next document rise.
    private void positions(String place, int ordinal, PostingsReader.PositionCursor cursor) {
        int document = cursor.next();
        int[] positions = cursor.positions(new int[0]);
        for (int i = 0; i < cursor.frequency(); i++) {
            if (positions[i] < (i == 0 ? 0 : positions[i - 1])) {
                findings.found(
                        place,
                        "rising positions of term %d in document %d".formatted(ordinal, document),
                        Arrays.toString(positions));
                return;
            }
        }
    }

    /// Whatever reading a wrong structure leads to is a finding, not an end.
    private void guarded(String place, Runnable check) {
        try {
            check.run();
        } catch (RuntimeException e) {
            findings.found(place, "a readable section", e.toString());
        }
    }
}
