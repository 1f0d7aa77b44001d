package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.segment.Analyzers;
import io.millrace.segment.SegmentReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;

/// The terms of one field of a stored document with their positions, cut out of its text again.
/// Confined to one search.
final class StoredTerms {
    private final SegmentReader segment;
    private final Field field;
    private final Analyzer analyzer;
    private final Map<String, List<Integer>> positions = new HashMap<>();
    private int document = -1;

    StoredTerms(SegmentReader segment, Field field) {
        this.segment = segment;
        this.field = field;
        analyzer = Analyzers.of(field.analysis());
    }

    void read(int newDocument) {
        if (newDocument == document) {
            return;
        }
        document = newDocument;
        positions.clear();
        List<String> values = FieldTexts.of(segment.document(document).root(), field);
        TextTokens.read(
                analyzer,
                field.path(),
                values,
                token ->
                        positions
                                .computeIfAbsent(token.term(), _ -> new ArrayList<>())
                                .add(token.position()));
    }

    /// Where any of the spellings stands, rising.
    int[] positions(List<String> spellings) {
        return spellings.stream()
                .flatMap(spelling -> positions.getOrDefault(spelling, List.of()).stream())
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }
}
