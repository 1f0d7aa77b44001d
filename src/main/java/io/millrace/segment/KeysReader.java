package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.document.DocumentKey;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Reads a keys section in place ([KeysLayout]). Immutable.
final class KeysReader {
    private final MemorySegment section;
    private final int slotCount;
    private final long documentsOffset;
    private final long bytesOffset;
    private final PackedArray starts;

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
    }

    /// The document of a key, or -1.
    int find(DocumentKey key) {
        byte fingerprint = KeysLayout.fingerprint(key.hash());
        int first = KeysLayout.slot(key.hash(), slotCount);
        int slot = first;
        byte found = section.get(SegmentLayout.BYTE, slot);
        while (found != 0) {
            if (found == fingerprint) {
                int document = section.get(SegmentLayout.INT, documentsOffset + 4L * slot);
                if (isKey(document, key.bytes())) {
                    return document;
                }
            }
            slot = slot + 1 == slotCount ? 0 : slot + 1;
            if (slot == first) {
                throw new MillraceException.Corrupt(
                        "none of %d slots of the key table is free".formatted(slotCount));
            }
            found = section.get(SegmentLayout.BYTE, slot);
        }
        return -1;
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
        for (int i = 0; i < key.length; i++) {
            if (section.get(SegmentLayout.BYTE, bytesOffset + start + i) != key[i]) {
                return false;
            }
        }
        return true;
    }
}
