package io.millrace.segment;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntUnaryOperator;

/// The terms of one dictionary that most documents hold, those of most first. Immutable; nobody
/// changes the arrays.
///
/// - ordinals: at most [#TERMS_MAX]
/// - documents: that hold each of these
/// - othersDocumentsMax: no other term is in more documents; 0 when there is no other
public record FrequentTerms(int[] ordinals, int[] documents, int othersDocumentsMax) {
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
            int own = documents.applyAsInt(i);
            if (fewestFirst.size() < TERMS_MAX) {
                fewestFirst.add(new Term(ordinals.applyAsInt(i), own));
            } else if (own > fewestFirst.element().documents()) {
                dropped = Math.max(dropped, fewestFirst.remove().documents());
                fewestFirst.add(new Term(ordinals.applyAsInt(i), own));
            } else {
                dropped = Math.max(dropped, own);
            }
        }
        int[] mostFirst = new int[fewestFirst.size()];
        int[] held = new int[mostFirst.length];
        for (int i = mostFirst.length - 1; i >= 0; i--) {
            Term term = fewestFirst.remove();
            mostFirst[i] = term.ordinal();
            held[i] = term.documents();
        }
        return new FrequentTerms(mostFirst, held, dropped);
    }
}
