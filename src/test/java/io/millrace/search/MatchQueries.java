package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.segment.Analyzers;
import java.util.List;

/// Text conditions as the parser would make them.
final class MatchQueries {
    private MatchQueries() {}

    /// Any of the words of a text.
    static Query.Match any(Field field, String text) {
        return new Query.Match(field, terms(field, text), 1, 1);
    }

    static Query.Phrase phrase(Field field, String text, int slop) {
        return new Query.Phrase(
                field,
                TextWords.of(Analyzers.of(field.analysis()), field.path(), text).words(),
                slop,
                1);
    }

    static List<TextTerm> terms(Field field, String text) {
        Query query = TextPieces.of(field, null, text).match(TextRules.DEFAULT);
        return ((Query.Match) query).terms();
    }
}
