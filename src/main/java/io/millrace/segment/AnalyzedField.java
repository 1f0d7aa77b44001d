package io.millrace.segment;

import org.apache.lucene.util.Counter;

/// What one document has in one field, after analysis. Scratch of a builder, filled anew for every
/// document.
final class AnalyzedField {
    /// Ordered numbers of a numeric field.
    final LongList numbers;

    /// What a field that is not numeric compares by, in [AnalyzedDocument#bytes].
    final IntList offsets;

    final IntList lengths;

    /// Terms of a text or string field, there too.
    final IntList termOffsets;

    final IntList termLengths;

    /// By term, where it stands in the text; several texts are far from each other.
    final IntList termPositions;

    /// The last position taken, -1 before the first.
    int position = -1;

    /// Values seen, whatever became of them.
    int valueCount;

    /// Length of a text for scoring: its terms, without those that stand at the same position as
    /// the term before.
    int textLength;

    AnalyzedField(Counter ramBytes) {
        numbers = new LongList(ramBytes);
        offsets = new IntList(ramBytes);
        lengths = new IntList(ramBytes);
        termOffsets = new IntList(ramBytes);
        termLengths = new IntList(ramBytes);
        termPositions = new IntList(ramBytes);
    }

    void clear() {
        numbers.clear();
        offsets.clear();
        lengths.clear();
        termOffsets.clear();
        termLengths.clear();
        termPositions.clear();
        position = -1;
        valueCount = 0;
        textLength = 0;
    }
}
