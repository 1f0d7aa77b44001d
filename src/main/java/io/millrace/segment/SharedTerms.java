package io.millrace.segment;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/// Where the frequent terms of one dictionary are in another one of the same field, in the order of
/// the terms ([FrequentTerms#ranks]). Immutable; nobody changes the arrays.
///
/// Heap: 16 KiB at most.
///
/// - ordinals: of each in the other dictionary; where it is not there, -1 - the first one above it
/// - documents: of the other segment that hold it; 0 where it is not there
/// - sets: which set of the other dictionary they are ([TermsReader#setAt]); -1 where it has none
/// - unshared: frequent terms of the other dictionary that are not frequent in the first: their
///   places in [FrequentTerms#ordinals]
/// - othersDocumentsMax: no term of the other dictionary that is not shared is in more documents
public record SharedTerms(
        int[] ordinals, int[] documents, int[] sets, int[] unshared, int othersDocumentsMax) {

    /// @param ceiling the ordinal of each term in the other dictionary, or -1 - the one above
    static SharedTerms of(int count, IntUnaryOperator ceiling, TermsReader other) {
        int[] ordinals = new int[count];
        int[] documents = new int[count];
        int[] sets = new int[count];
        Arrays.fill(sets, -1);
        for (int rank = 0; rank < count; rank++) {
            int ordinal = ceiling.applyAsInt(rank);
            ordinals[rank] = ordinal;
            if (ordinal >= 0) {
                documents[rank] = other.documentCount(ordinal);
                if (documents[rank] > TermsReader.FEW) {
                    sets[rank] = other.setsBefore(ordinal);
                }
            }
        }
        FrequentTerms frequent = other.frequent();
        int[] own = frequent.ordinals();
        int[] unshared = new int[own.length];
        int left = 0;
        for (int i = 0; i < own.length; i++) {
            if (rank(ordinals, own[i]) < 0) {
                unshared[left++] = i;
            }
        }
        return new SharedTerms(
                ordinals,
                documents,
                sets,
                Arrays.copyOf(unshared, left),
                left == 0 ? frequent.othersDocumentsMax() : frequent.documents()[unshared[0]]);
    }

    /// Which of the shared terms has an ordinal in the other dictionary; below 0 when none has.
    public int rank(int ordinal) {
        return rank(ordinals, ordinal);
    }

    private static int rank(int[] ordinals, int ordinal) {
        int from = 0;
        int to = ordinals.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            int found = ordinals[middle];
            if (found == ordinal) {
                return middle;
            }
            // One that is not there lies before the term above it.
            if (found < 0 ? -1 - found <= ordinal : found < ordinal) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return -1;
    }
}
