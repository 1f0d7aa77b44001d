package io.millrace.segment;

import java.util.Arrays;
import org.apache.lucene.util.Counter;

/// A growable array of ints. Reports the heap it takes to a counter that many lists share. Confined
/// to one thread.
final class IntList {
    private static final int CAPACITY_MIN = 16;

    private final Counter ramBytes;
    private int[] values = new int[0];
    private int size;

    IntList(Counter ramBytes) {
        this.ramBytes = ramBytes;
    }

    int size() {
        return size;
    }

    int get(int index) {
        assert index < size : index + " of " + size;
        return values[index];
    }

    void add(int value) {
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

    /// Sorts the values from `from` to the end and drops repeated ones among them.
    void sortDistinct(int from) {
        sortRange(from, size);
        int kept = from;
        for (int i = from; i < size; i++) {
            if (i == from || values[i] != values[i - 1]) {
                values[kept++] = values[i];
            }
        }
        size = kept;
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }

    private void grow() {
        int capacity = Math.max(CAPACITY_MIN, Math.addExact(size, size >> 1));
        ramBytes.addAndGet((long) (capacity - values.length) * Integer.BYTES);
        values = Arrays.copyOf(values, capacity);
    }
}
