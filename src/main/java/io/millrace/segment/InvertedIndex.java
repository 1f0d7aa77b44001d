package io.millrace.segment;

/// The documents of each term of one field.
///
/// - starts: the documents of term t stand at starts[t] up to starts[t + 1]; termCount + 1 entries
/// - documents: rising within a term
/// - frequencies: as many as documents, or none
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record InvertedIndex(int[] starts, int[] documents, int[] frequencies) {

    /// Turns documents → terms into terms → documents by counting: two passes, no sorting.
    static InvertedIndex of(ForwardIndex forward) {
        int[] ordinals = forward.ordinals();
        int[] starts = new int[forward.termCount() + 1];
        for (int ordinal : ordinals) {
            starts[ordinal + 1]++;
        }
        for (int i = 0; i < forward.termCount(); i++) {
            starts[i + 1] += starts[i];
        }
        int[] next = starts.clone();
        int[] documents = new int[ordinals.length];
        int[] frequencies =
                forward.hasFrequencies() ? new int[ordinals.length] : ForwardIndex.NO_FREQUENCIES;
        int at = 0;
        for (int document = 0; document < forward.documentCount(); document++) {
            for (int end = forward.starts()[document + 1]; at < end; at++) {
                int place = next[ordinals[at]]++;
                documents[place] = document;
                if (forward.hasFrequencies()) {
                    frequencies[place] = forward.frequencies()[at];
                }
            }
        }
        return new InvertedIndex(starts, documents, frequencies);
    }

    /// By posting, where it stands among the ordinals of the forward index.
    int[] entries(ForwardIndex forward) {
        int[] next = starts.clone();
        int[] entries = new int[documents.length];
        int[] ordinals = forward.ordinals();
        for (int entry = 0; entry < ordinals.length; entry++) {
            entries[next[ordinals[entry]]++] = entry;
        }
        return entries;
    }

    int termCount() {
        return starts.length - 1;
    }
}
