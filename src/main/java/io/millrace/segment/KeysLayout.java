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
}
