package io.millrace.segment;

/// The key of every document, and the way back from a key to its document.
///
/// ```
/// keys := fingerprint u8 {slots}, aligned to 8 | document u32 {slots}, aligned to 8
///         key bytes in document order | packed start of each key, and the end | tail
/// tail := slot count u32 | 0 u32 | offset of the key bytes u64 | offset of the packed starts u64
/// ```
///
/// An open-addressing hash table with linear probing. A key starts at slot `hash.high32 * slots >>>
/// 32`; the low 7 bits of its hash with the top bit set are its fingerprint, 0 marks a free slot. A
/// key that is not there costs a look at neighbouring fingerprints, mostly in one cache line, and
/// one key comparison in 128.
final class KeysLayout {
    static final int TAIL_SLOTS_OFFSET = 0;
    static final int TAIL_BYTES_OFFSET = 8;
    static final int TAIL_STARTS_OFFSET = 16;
    static final int TAIL_BYTES = 24;

    /// Slots whose fingerprints are looked at together.
    static final int WORD_SLOTS = Long.BYTES;

    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long TOP_BITS = LOW_BITS << 7;

    private KeysLayout() {}

    /// Two thirds of the slots are taken; at least one is free, so that every search ends.
    static int slotCount(int documentCount) {
        return Math.toIntExact(documentCount + 1L + (documentCount >> 1));
    }

    static long documentsOffset(int slotCount) {
        return SegmentLayout.aligned(slotCount);
    }

    static int slot(long hash, int slotCount) {
        return (int) ((hash >>> 32) * slotCount >>> 32);
    }

    static byte fingerprint(long hash) {
        return (byte) (hash & 0x7F | 0x80);
    }

    /// Where a fingerprint stands among eight slots before the first free one: the top bit of its
    /// byte.
    ///
    /// @param word fingerprints of eight slots, the first in the lowest byte
    static long matches(long word, byte fingerprint) {
        long free = ~word & TOP_BITS;
        long beforeFree = (free & -free) - 1;
        // Taken slots have the top bit set, as every fingerprint has: equal ones become 0, others
        // stay below 128, so that no addition carries into the next byte.
        long different = word ^ ((fingerprint & 0xFF) * LOW_BITS);
        return ~((different & ~TOP_BITS) + ~TOP_BITS) & ~different & TOP_BITS & beforeFree;
    }

    /// Whether none of eight slots is free.
    static boolean isFull(long word) {
        return (~word & TOP_BITS) == 0;
    }

    /// Eight taken slots without a certain fingerprint.
    static long fullWithout(byte fingerprint) {
        return ((fingerprint & 0xFF) ^ 1) * LOW_BITS;
    }
}
