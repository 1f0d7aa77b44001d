package io.millrace.segment;

import io.millrace.document.Document;
import io.millrace.document.Field;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.apache.lucene.util.Counter;
import org.jspecify.annotations.Nullable;

/// Compares what is indexed with what the stored documents say, document by document. Every term of
/// a document must lead back to it, and there must be no more pairs of term and document than that.
/// Confined to one thread.
final class SegmentReanalysis {
    private final SegmentReader reader;
    private final SegmentCheck.Findings findings;
    private final DocumentAnalyzer analyzer;
    private final AnalyzedDocument analyzed;

    /// Pairs of value or term and document found by analysis, by field ordinal.
    private final long[] valuePairs;

    private final long[] termPairs;

    SegmentReanalysis(SegmentReader reader, SegmentCheck.Findings findings) {
        this.reader = reader;
        this.findings = findings;
        analyzer = new DocumentAnalyzer(reader.schema());
        analyzed = new AnalyzedDocument(reader.schema(), Counter.newCounter());
        valuePairs = new long[reader.schema().fields().size()];
        termPairs = new long[reader.schema().fields().size()];
    }

    void run(IntConsumer progress) {
        for (int document = 0; document < reader.documentCount(); document++) {
            try {
                analyze(reader.document(document));
                for (int i = 0; i < analyzed.present().size(); i++) {
                    compare(document, analyzed.present().get(i));
                }
            } catch (RuntimeException e) {
                findings.found("documents", "document " + document + " as indexed", e.toString());
            }
            progress.accept(document + 1);
        }
        for (int ordinal = 0; ordinal < valuePairs.length; ordinal++) {
            Field field = reader.schema().fields().get(ordinal);
            TermsReader values = reader.terms(field.path());
            TermsReader terms = reader.textTerms(field.path());
            if (values != terms) {
                comparePairs(field, values, valuePairs[ordinal]);
            }
            comparePairs(field, terms, termPairs[ordinal]);
        }
    }

    private void analyze(Document document) {
        analyzer.analyze(document, analyzed, true);
        if (!analyzer.ignoredPaths().isEmpty()
                && reader.schema().ordinal(Field.IGNORED.path()) >= 0) {
            analyzer.listIgnored(analyzed);
        }
    }

    private void compare(int document, int ordinal) {
        Field field = reader.schema().fields().get(ordinal);
        AnalyzedField values = analyzed.field(ordinal);
        TermsReader compared = reader.terms(field.path());
        long[] numbers = values.numbers.toArray();
        Arrays.sort(numbers);
        for (int i = 0; i < numbers.length; i++) {
            if (i == 0 || numbers[i] != numbers[i - 1]) {
                valuePairs[ordinal]++;
                int term = compared == null ? -1 : compared.find(numbers[i]);
                expect(document, field, compared, term);
            }
        }
        valuePairs[ordinal] += strings(document, field, compared, values.offsets, values.lengths);
        termPairs[ordinal] +=
                strings(
                        document,
                        field,
                        reader.textTerms(field.path()),
                        values.termOffsets,
                        values.termLengths);
        PostingsReader postings = reader.postings(field.path());
        TermsReader terms = reader.textTerms(field.path());
        if (postings != null && terms != null) {
            positions(document, field, values, terms, postings);
        }
    }

    /// Every term stands where analysis finds it, and nowhere else.
    private void positions(
            int document,
            Field field,
            AnalyzedField values,
            TermsReader terms,
            PostingsReader postings) {
        SortedMap<Integer, IntList> byTerm = new TreeMap<>();
        for (int i = 0; i < values.termOffsets.size(); i++) {
            int from = values.termOffsets.get(i);
            int to = from + values.termLengths.get(i);
            int term = terms.find(Arrays.copyOfRange(analyzed.bytes().array(), from, to));
            if (term >= 0) {
                byTerm.computeIfAbsent(term, _ -> new IntList(Counter.newCounter()))
                        .add(values.termPositions.get(i));
            }
        }
        byTerm.forEach((term, expected) -> {
            PostingsReader.PositionCursor cursor = postings.positionCursor(term);
            if (cursor == null || cursor.advance(document) != document) {
                return;
            }
            int[] found = Arrays.copyOf(cursor.positions(new int[0]), cursor.frequency());
            if (!Arrays.equals(expected.toArray(), found)) {
                findings.found(
                        "positions." + field.path(),
                        "term %d of document %d at %s"
                                .formatted(term, document, Arrays.toString(expected.toArray())),
                        Arrays.toString(found));
            }
        });
    }

    /// Returns how many distinct ones there are.
    private int strings(
            int document,
            Field field,
            @Nullable TermsReader terms,
            IntList offsets,
            IntList lengths) {
        byte[][] strings = new byte[offsets.size()][];
        for (int i = 0; i < strings.length; i++) {
            int from = offsets.get(i);
            strings[i] = Arrays.copyOfRange(analyzed.bytes().array(), from, from + lengths.get(i));
        }
        Arrays.sort(strings, Arrays::compareUnsigned);
        int distinct = 0;
        for (int i = 0; i < strings.length; i++) {
            if (i == 0 || !Arrays.equals(strings[i], strings[i - 1])) {
                distinct++;
                expect(document, field, terms, terms == null ? -1 : terms.find(strings[i]));
            }
        }
        return distinct;
    }

    private void expect(int document, Field field, @Nullable TermsReader terms, int term) {
        if (terms == null || term < 0 || !terms.documents(term).contains(document)) {
            findings.found(
                    "terms." + field.path(),
                    "every term of document " + document,
                    term < 0 ? "one that is none" : "not among the documents of term " + term);
        }
    }

    private void comparePairs(Field field, @Nullable TermsReader terms, long expected) {
        long indexed = 0;
        for (int term = 0; terms != null && term < terms.termCount(); term++) {
            indexed += terms.documentCount(term);
        }
        if (indexed != expected) {
            findings.found(
                    "terms." + field.path(),
                    expected + " pairs of term and document, by analysis",
                    "" + indexed);
        }
    }
}
