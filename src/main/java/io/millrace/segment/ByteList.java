package io.millrace.segment;

import java.util.Arrays;
import org.apache.lucene.util.Counter;

/// A growable array of bytes. Reports the heap it takes to a counter that many lists share.
/// Confined to one thread.
final class ByteList {
    private static final int CAPACITY_MIN = 64;

    private final Counter ramBytes;
    private byte[] bytes = new byte[0];
    private int size;

    ByteList(Counter ramBytes) {
        this.ramBytes = ramBytes;
    }

    int size() {
        return size;
    }

    /// The bytes themselves, of which the first [#size] count; another array after the next add.
    byte[] array() {
        return bytes;
    }

    void add(byte value) {
        reserve(1);
        bytes[size++] = value;
    }

    void addAll(byte[] source, int offset, int length) {
        reserve(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    void clear() {
        size = 0;
    }

    private void reserve(int length) {
        int needed = Math.addExact(size, length);
        if (needed > bytes.length) {
            long grown = Math.max(CAPACITY_MIN, bytes.length + (bytes.length >> 1));
            int capacity = (int) Math.max(needed, Math.min(grown, Integer.MAX_VALUE - 8));
            ramBytes.addAndGet(capacity - bytes.length);
            bytes = Arrays.copyOf(bytes, capacity);
        }
    }
}
