package io.millrace.segment;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntUnaryOperator;

/// The terms of one dictionary that most documents hold, those of most first. Immutable; nobody
/// changes the arrays.
///
/// Heap: 16 KiB at most.
///
/// - ordinals: at most [#TERMS_MAX]
/// - documents: that hold each of these
/// - sets: which set of the dictionary they are ([TermsReader#setAt])
/// - ranks: how many of these terms come before each in the dictionary
/// - othersDocumentsMax: no other term is in more documents; 0 when there is no other
public record FrequentTerms(
        int[] ordinals, int[] documents, int[] sets, int[] ranks, int othersDocumentsMax) {
    public static final int TERMS_MAX = 1_024;

    private record Term(int set, int documents) {}

    /// @param sets how many terms there are to choose from
    /// @param ordinals of each of these
    /// @param documents of each of these
    /// @param othersMax documents of a term that is not among those at most
    static FrequentTerms of(
            int sets, IntUnaryOperator ordinals, IntUnaryOperator documents, int othersMax) {
        PriorityQueue<Term> fewestFirst =
                new PriorityQueue<>(Comparator.comparingInt(Term::documents));
        int dropped = othersMax;
        for (int set = 0; set < sets; set++) {
            int own = documents.applyAsInt(set);
            if (fewestFirst.size() < TERMS_MAX) {
                fewestFirst.add(new Term(set, own));
            } else if (own > fewestFirst.element().documents()) {
                dropped = Math.max(dropped, fewestFirst.remove().documents());
                fewestFirst.add(new Term(set, own));
            } else {
                dropped = Math.max(dropped, own);
            }
        }
        int size = fewestFirst.size();
        int[] found = new int[size];
        int[] mostFirst = new int[size];
        int[] held = new int[size];
        for (int i = size - 1; i >= 0; i--) {
            Term term = fewestFirst.remove();
            found[i] = term.set();
            mostFirst[i] = ordinals.applyAsInt(term.set());
            held[i] = term.documents();
        }
        int[] rising = mostFirst.clone();
        Arrays.sort(rising);
        int[] ranks = new int[size];
        Arrays.setAll(ranks, i -> Arrays.binarySearch(rising, mostFirst[i]));
        return new FrequentTerms(mostFirst, held, found, ranks, dropped);
    }
}
