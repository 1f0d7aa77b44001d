package io.millrace.segment;

import java.util.Arrays;
import org.apache.lucene.util.Counter;

/// A growable array of longs. Reports the heap it takes to a counter that many lists share.
/// Confined to one thread.
final class LongList {
    private static final int CAPACITY_MIN = 16;

    private final Counter ramBytes;
    private long[] values = new long[0];
    private int size;

    LongList(Counter ramBytes) {
        this.ramBytes = ramBytes;
    }

    int size() {
        return size;
    }

    long get(int index) {
        assert index < size : index + " of " + size;
        return values[index];
    }

    void add(long value) {
        if (size == values.length) {
            grow();
        }
        values[size++] = value;
    }

    void clear() {
        size = 0;
    }

    void sortRange(int from, int to) {
        Arrays.sort(values, from, to);
    }

    long[] toArray() {
        return Arrays.copyOf(values, size);
    }

    private void grow() {
        int capacity = Math.max(CAPACITY_MIN, Math.addExact(size, size >> 1));
        ramBytes.addAndGet((long) (capacity - values.length) * Long.BYTES);
        values = Arrays.copyOf(values, capacity);
    }
}
