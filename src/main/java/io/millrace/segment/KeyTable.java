package io.millrace.segment;

import io.millrace.document.DocumentKey;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.lucene.util.Counter;

/// The keys of the documents of a builder: key bytes in document order and an open-addressing table
/// from a key to its newest document. Confined to one thread.
final class KeyTable {
    private static final int SLOTS_MIN = 64;

    private final Counter ramBytes;
    private final ByteList bytes;
    private final IntList ends;
    private final LongList hashes;

    /// Document + 1; 0 is free. At most half of them are taken.
    private int[] slots = new int[SLOTS_MIN];

    private int taken;

    KeyTable(Counter ramBytes) {
        this.ramBytes = ramBytes;
        bytes = new ByteList(ramBytes);
        ends = new IntList(ramBytes);
        hashes = new LongList(ramBytes);
        ramBytes.addAndGet((long) SLOTS_MIN * Integer.BYTES);
    }

    /// The newest document that was added with the key, or -1.
    int find(DocumentKey key) {
        return slots[slotOf(key)] - 1;
    }

    /// Enters the next document; it takes the place of an older one with the same key.
    void add(DocumentKey key) {
        byte[] keyBytes = key.bytes();
        int slot = slotOf(key);
        boolean isNew = slots[slot] == 0;
        bytes.addAll(keyBytes, 0, keyBytes.length);
        ends.add(bytes.size());
        hashes.add(key.hash());
        slots[slot] = ends.size();
        if (isNew && ++taken > slots.length / 2) {
            grow();
        }
    }

    /// Writes the keys section of the documents that are not deleted.
    void write(SegmentOutput out, BitSet deleted) throws IOException {
        int count = ends.size() - deleted.cardinality();
        int slotCount = KeysLayout.slotCount(count);
        byte[] fingerprints = new byte[slotCount];
        int[] documents = new int[slotCount];
        int document = 0;
        for (int i = deleted.nextClearBit(0); i < ends.size(); i = deleted.nextClearBit(i + 1)) {
            long hash = hashes.get(i);
            int slot = KeysLayout.slot(hash, slotCount);
            while (fingerprints[slot] != 0) {
                slot = slot + 1 == slotCount ? 0 : slot + 1;
            }
            fingerprints[slot] = KeysLayout.fingerprint(hash);
            documents[slot] = document++;
        }
        out.begin();
        out.putBytes(fingerprints);
        out.align();
        for (int slotDocument : documents) {
            out.putInt(slotDocument);
        }
        out.align();
        long bytesOffset = out.offset();
        long[] starts = new long[count + 1];
        document = 0;
        for (int i = deleted.nextClearBit(0); i < ends.size(); i = deleted.nextClearBit(i + 1)) {
            out.putBytes(bytes.array(), start(i), ends.get(i) - start(i));
            starts[++document] = out.offset() - bytesOffset;
        }
        long startsOffset = PackedWriter.write(out, starts, starts.length);
        out.putInt(slotCount);
        out.putInt(0);
        out.putLong(bytesOffset);
        out.putLong(startsOffset);
        out.end(SegmentLayout.Kind.KEYS, SegmentLayout.NO_FIELD);
    }

    private int start(int document) {
        return document == 0 ? 0 : ends.get(document - 1);
    }

    /// The slot that holds the key, or the free one where it belongs.
    private int slotOf(DocumentKey key) {
        int mask = slots.length - 1;
        int slot = (int) key.hash() & mask;
        for (int entry = slots[slot]; entry != 0; entry = slots[slot]) {
            int document = entry - 1;
            if (hashes.get(document) == key.hash()
                    && Arrays.equals(
                            bytes.array(),
                            start(document),
                            ends.get(document),
                            key.bytes(),
                            0,
                            key.bytes().length)) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        int[] grown = new int[Math.multiplyExact(slots.length, 2)];
        int mask = grown.length - 1;
        for (int entry : slots) {
            if (entry != 0) {
                int slot = (int) hashes.get(entry - 1) & mask;
                while (grown[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                grown[slot] = entry;
            }
        }
        ramBytes.addAndGet((long) (grown.length - slots.length) * Integer.BYTES);
        slots = grown;
    }
}
