package io.millrace.document;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the texts of a field become terms, and what is kept of them.
///
/// - analyzer: the name of a known analyzer
/// - stopwords: words that the analyzer leaves out, in the place of those it leaves out by itself;
///   null for those
/// - positions: where the terms stand in their text is kept, so that phrases can be looked for
public record Analysis(String analyzer, @Nullable List<String> stopwords, boolean positions) {
    public static final Analysis DEFAULT = of("standard");

    public Analysis {
        stopwords = stopwords == null ? null : List.copyOf(stopwords);
    }

    public static Analysis of(String analyzer) {
        return new Analysis(analyzer, null, true);
    }

    public Analysis withStopwords(List<String> newStopwords) {
        return new Analysis(analyzer, newStopwords, positions);
    }

    public Analysis withPositions(boolean newPositions) {
        return new Analysis(analyzer, stopwords, newPositions);
    }

    /// Does not go through the words.
    @Override
    public int hashCode() {
        return 31 * analyzer.hashCode() + (stopwords == null ? -1 : stopwords.size());
    }
}
