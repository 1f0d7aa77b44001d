package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.document.DocumentKey;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Reads a keys section in place ([KeysLayout]). Immutable.
final class KeysReader {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment section;
    private final int slotCount;
    private final long documentsOffset;
    private final long bytesOffset;
    private final PackedArray starts;

    // Of the ranks of all keys; min is above max when there are none.
    private final long rankMin;
    private final long rankMax;

    KeysReader(MemorySegment section, int documentCount) {
        this.section = section;
        long tail = section.byteSize() - KeysLayout.TAIL_BYTES;
        slotCount = section.get(SegmentLayout.INT, tail + KeysLayout.TAIL_SLOTS_OFFSET);
        bytesOffset = section.get(SegmentLayout.LONG, tail + KeysLayout.TAIL_BYTES_OFFSET);
        long startsOffset = section.get(SegmentLayout.LONG, tail + KeysLayout.TAIL_STARTS_OFFSET);
        starts = new PackedArray(section, startsOffset);
        documentsOffset = KeysLayout.documentsOffset(slotCount);
        if (slotCount != KeysLayout.slotCount(documentCount)
                || starts.count() != documentCount + 1
                || bytesOffset != SegmentLayout.aligned(documentsOffset + 4L * slotCount)
                || starts.get(documentCount) > startsOffset - bytesOffset) {
            throw new MillraceException.Corrupt(
                    "keys of %d documents in %d slots, expected %d documents"
                            .formatted(starts.count() - 1, slotCount, documentCount));
        }
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (int document = 0; document < documentCount; document++) {
            long rank = rank(document);
            min = Math.min(min, rank);
            max = Math.max(max, rank);
        }
        rankMin = min;
        rankMax = max;
    }

    /// As [DocumentKey#rank].
    private long rank(int document) {
        // Behind the last key there are at least the bytes of the packed starts.
        long head = section.get(SegmentLayout.LONG, bytesOffset + starts.get(document));
        int length = keyLength(document);
        long rank = Long.reverseBytes(head);
        if (length >= Long.BYTES) {
            return rank;
        }
        return length == 0 ? 0 : rank & -1L << (Long.BYTES - length) * Byte.SIZE;
    }

    /// Whether keys of this rank may be here.
    boolean isInRange(long rank) {
        return rank >= rankMin && rank <= rankMax;
    }

    /// The document of a key, or -1.
    int find(DocumentKey key) {
        return find(key, KeysLayout.slot(key.hash(), slotCount));
    }

    /// The document of a key that is in none of the slots between its first and this one, or -1.
    private int find(DocumentKey key, int from) {
        byte fingerprint = KeysLayout.fingerprint(key.hash());
        int slot = from;
        byte found = section.get(SegmentLayout.BYTE, slot);
        while (found != 0) {
            if (found == fingerprint) {
                int document = document(slot);
                if (isKey(document, key.bytes())) {
                    return document;
                }
            }
            slot = slot + 1 == slotCount ? 0 : slot + 1;
            if (slot == from) {
                throw new MillraceException.Corrupt(
                        "none of %d slots of the key table is free".formatted(slotCount));
            }
            found = section.get(SegmentLayout.BYTE, slot);
        }
        return -1;
    }

    /// The fingerprints of eight slots, from the first slot of a hash on, as [KeysLayout#matches]
    /// takes them. Where the table ends or begins again among them, all seem taken by others.
    long fingerprints(long hash) {
        return fingerprints(KeysLayout.slot(hash, slotCount), KeysLayout.fingerprint(hash));
    }

    private long fingerprints(int slot, byte fingerprint) {
        return slot <= slotCount - KeysLayout.WORD_SLOTS
                ? section.get(SegmentLayout.LONG, slot)
                : KeysLayout.fullWithout(fingerprint);
    }

    /// The first slot that may hold a key of this hash, or -1 when there is none.
    ///
    /// @param first what [#fingerprints] returned
    int candidate(long hash, long first) {
        byte fingerprint = KeysLayout.fingerprint(hash);
        int slot = KeysLayout.slot(hash, slotCount);
        long word = first;
        while (true) {
            long matches = KeysLayout.matches(word, fingerprint);
            if (matches != 0) {
                return slot + (Long.numberOfTrailingZeros(matches) >>> 3);
            }
            if (!KeysLayout.isFull(word)) {
                return -1;
            }
            if (slot > slotCount - KeysLayout.WORD_SLOTS) {
                // One by one from here on, and from the first slot of the table.
                return slot == slotCount ? 0 : slot;
            }
            slot += KeysLayout.WORD_SLOTS;
            word = fingerprints(slot, fingerprint);
        }
    }

    /// What a slot holds; of a free one any number.
    int document(int slot) {
        return section.get(SegmentLayout.INT, documentsOffset + 4L * slot);
    }

    /// The document of a key: that of its candidate, or else one found behind it, or -1.
    int confirm(DocumentKey key, int slot, int document) {
        boolean isCandidate =
                section.get(SegmentLayout.BYTE, slot) == KeysLayout.fingerprint(key.hash());
        return isCandidate && isKey(document, key.bytes()) ? document : find(key, slot);
    }

    /// See [SegmentReader#touchKey].
    int touch(int document) {
        return section.get(SegmentLayout.BYTE, bytesOffset + starts.get(document));
    }

    DocumentKey key(int document) {
        long start = starts.get(document);
        int length = (int) (starts.get(document + 1) - start);
        byte[] bytes = new byte[length];
        MemorySegment.copy(section, SegmentLayout.BYTE, bytesOffset + start, bytes, 0, length);
        return DocumentKey.ofBytes(bytes);
    }

    /// Copies the bytes of a key to the front of `into`, which holds the longest, and returns how
    /// many there are.
    int copyKey(int document, byte[] into) {
        long start = starts.get(document);
        int length = (int) (starts.get(document + 1) - start);
        MemorySegment.copy(section, SegmentLayout.BYTE, bytesOffset + start, into, 0, length);
        return length;
    }

    int keyLength(int document) {
        return (int) (starts.get(document + 1) - starts.get(document));
    }

    /// Appends the bytes of the keys of a range of documents.
    void copyKeys(int from, int to, SegmentOutput out) throws IOException {
        long start = starts.get(from);
        out.putMemory(section, bytesOffset + start, starts.get(to) - start);
    }

    private boolean isKey(int document, byte[] key) {
        long start = starts.get(document);
        if (starts.get(document + 1) - start != key.length) {
            return false;
        }
        long from = bytesOffset + start;
        int i = 0;
        for (; i <= key.length - Long.BYTES; i += Long.BYTES) {
            if (section.get(SegmentLayout.LONG, from + i) != (long) LONGS.get(key, i)) {
                return false;
            }
        }
        for (; i < key.length; i++) {
            if (section.get(SegmentLayout.BYTE, from + i) != key[i]) {
                return false;
            }
        }
        return true;
    }
}
