package io.millrace.search;

import io.millrace.segment.PackedBuffer;

/// Room for the values of some documents that are read together from a column. Overwritten by the
/// next read; confined to one search at a time.
///
/// Heap: 42 KiB.
final class ValueBatch {
    private static final int DOCUMENTS = 512;
    private static final int VALUES = 4_096;

    final int[] documents = new int[DOCUMENTS];

    /// Where the values of each document begin among those of all documents, and where they end.
    final long[] starts = new long[DOCUMENTS];

    final long[] ends = new long[DOCUMENTS];
    final long[] values = new long[VALUES];
    final PackedBuffer buffer;

    ValueBatch(PackedBuffer buffer) {
        this.buffer = buffer;
    }
}
