package io.millrace.segment;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntUnaryOperator;

/// The terms of one dictionary that most documents hold, those of most first. Immutable; nobody
/// changes the array.
///
/// - ordinals: at most [#TERMS_MAX]
/// - othersDocumentsMax: no other term is in more documents; 0 when there is no other
public record FrequentTerms(int[] ordinals, int othersDocumentsMax) {
    public static final int TERMS_MAX = 1_024;

    private record Term(int ordinal, int documents) {}

    /// @param count how many terms there are to choose from
    /// @param othersMax documents of a term that is not among those at most
    static FrequentTerms of(
            int count, IntUnaryOperator ordinals, IntUnaryOperator documents, int othersMax) {
        PriorityQueue<Term> fewestFirst =
                new PriorityQueue<>(Comparator.comparingInt(Term::documents));
        int dropped = othersMax;
        for (int i = 0; i < count; i++) {
            int held = documents.applyAsInt(i);
            if (fewestFirst.size() < TERMS_MAX) {
                fewestFirst.add(new Term(ordinals.applyAsInt(i), held));
            } else if (held > fewestFirst.element().documents()) {
                dropped = Math.max(dropped, fewestFirst.remove().documents());
                fewestFirst.add(new Term(ordinals.applyAsInt(i), held));
            } else {
                dropped = Math.max(dropped, held);
            }
        }
        int[] mostFirst = new int[fewestFirst.size()];
        for (int i = mostFirst.length - 1; i >= 0; i--) {
            mostFirst[i] = fewestFirst.remove().ordinal();
        }
        return new FrequentTerms(mostFirst, dropped);
    }
}
