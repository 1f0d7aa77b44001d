package io.millrace.segment;

import io.millrace.document.Field;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.apache.lucene.util.Counter;

/// Compares what is indexed with what the stored documents say, document by document. Every term of
/// a document must lead back to it, and there must be no more pairs of term and document than that.
/// Confined to one thread.
final class SegmentReanalysis {
    private final SegmentReader reader;
    private final SegmentCheck.Findings findings;
    private final DocumentAnalyzer analyzer;
    private final AnalyzedDocument analyzed;

    /// Pairs of term and document found by analysis, by field ordinal.
    private final long[] pairs;

    SegmentReanalysis(SegmentReader reader, SegmentCheck.Findings findings) {
        this.reader = reader;
        this.findings = findings;
        analyzer = new DocumentAnalyzer(reader.schema());
        analyzed = new AnalyzedDocument(reader.schema(), Counter.newCounter());
        pairs = new long[reader.schema().fields().size()];
    }

    void run(IntConsumer progress) {
        for (int document = 0; document < reader.documentCount(); document++) {
            try {
                analyzer.analyze(reader.document(document), analyzed);
                for (int i = 0; i < analyzed.present().size(); i++) {
                    compare(document, analyzed.present().get(i));
                }
            } catch (RuntimeException e) {
                findings.found("documents", "document " + document + " as indexed", e.toString());
            }
            progress.accept(document + 1);
        }
        for (int ordinal = 0; ordinal < pairs.length; ordinal++) {
            long indexed = indexedPairs(reader.schema().fields().get(ordinal));
            if (indexed != pairs[ordinal]) {
                findings.found(
                        "terms." + reader.schema().fields().get(ordinal).path(),
                        pairs[ordinal] + " pairs of term and document, by analysis",
                        "" + indexed);
            }
        }
    }

    private void compare(int document, int ordinal) {
        Field field = reader.schema().fields().get(ordinal);
        AnalyzedField values = analyzed.field(ordinal);
        if (field.type().isNumeric()) {
            long[] numbers = values.numbers.toArray();
            Arrays.sort(numbers);
            for (int i = 0; i < numbers.length; i++) {
                if (i == 0 || numbers[i] != numbers[i - 1]) {
                    TermsReader terms = reader.terms(field.path());
                    expect(
                            document,
                            ordinal,
                            field,
                            terms == null ? -1 : terms.find(numbers[i]),
                            "" + numbers[i]);
                }
            }
            return;
        }
        byte[][] strings = new byte[values.offsets.size()][];
        for (int i = 0; i < strings.length; i++) {
            int from = values.offsets.get(i);
            strings[i] =
                    Arrays.copyOfRange(
                            analyzed.bytes().array(), from, from + values.lengths.get(i));
        }
        Arrays.sort(strings, Arrays::compareUnsigned);
        for (int i = 0; i < strings.length; i++) {
            if (i == 0 || !Arrays.equals(strings[i], strings[i - 1])) {
                TermsReader terms = reader.terms(field.path());
                expect(
                        document,
                        ordinal,
                        field,
                        terms == null ? -1 : terms.find(strings[i]),
                        strings[i].length + " bytes of a string");
            }
        }
    }

    private void expect(int document, int ordinal, Field field, int term, String value) {
        pairs[ordinal]++;
        TermsReader terms = reader.terms(field.path());
        if (terms == null || term < 0 || !terms.documents(term).contains(document)) {
            findings.found(
                    "terms." + field.path(),
                    "document %d under term %s".formatted(document, value),
                    term < 0 ? "no such term" : "not among its documents");
        }
    }

    private long indexedPairs(Field field) {
        TermsReader terms = reader.terms(field.path());
        long indexed = 0;
        for (int term = 0; terms != null && term < terms.termCount(); term++) {
            indexed += terms.documentCount(term);
        }
        return indexed;
    }
}
