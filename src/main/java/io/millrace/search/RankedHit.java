package io.millrace.search;

import org.jspecify.annotations.Nullable;

/// One document on its way into the answer, with what it is ordered by. Reused while the documents
/// of a segment pass by; confined to one search.
final class RankedHit {
    int segment;
    int document;

    /// By sort key: the rank inside the segment, smaller comes first.
    final long[] ranks;

    /// By sort key: the bytes to compare, for keys and, once resolved, for terms.
    final byte[] @Nullable [] bytes;

    /// Bit i is set when the document has no value for sort key i.
    int missing;

    RankedHit(int keyCount) {
        this.ranks = new long[keyCount];
        this.bytes = new byte[keyCount][];
    }

    /// What a hit takes without the bytes of its terms, roughly.
    static int bytes(int keyCount) {
        return 96 + 24 * keyCount;
    }

    /// What the bytes of its terms and keys take.
    long valueBytes() {
        long length = 0;
        for (byte[] value : bytes) {
            length += value == null ? 0 : value.length;
        }
        return length;
    }

    boolean isMissing(int key) {
        return (missing >>> key & 1) != 0;
    }
}
