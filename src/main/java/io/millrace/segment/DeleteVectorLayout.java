package io.millrace.segment;

import java.nio.ByteBuffer;

/// A delete vector file: the deleted documents of every segment that one commit changed.
///
/// ```
/// file    := header entry{count} bitmap{count} trailer
/// header  := magic u64 | version u32 | count u32
/// entry   := ulid 26 bytes, 6 zero bytes | offset u64 | length u64     in order of segment ids
/// bitmap  := Roaring portable format, 8-byte aligned with zero bytes, in the order of entries
/// trailer := CRC32C of all before u32 | version u32 | magic u64
/// ```
///
/// Little-endian, except the magic, which reads as text.
final class DeleteVectorLayout {
    static final long MAGIC = 0x4D494C4C_44454C31L; // "MILLDEL1"
    static final int VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 8;
    static final int COUNT_OFFSET = 12;
    static final int HEADER_BYTES = 16;

    static final int ULID_BYTES = 26;
    static final int ENTRY_RANGE_OFFSET = 32;
    static final int ENTRY_BYTES = 48;

    static final int TRAILER_CRC_OFFSET = 0;
    static final int TRAILER_BYTES = 16;

    static final int ALIGNMENT_BYTES = 8;

    /// How Roaring's portable form starts: with the number of containers in the upper half, or with
    /// that number after it.
    private static final int COOKIE_WITH_RUNS = 12347;

    private static final int COOKIE = 12346;
    private static final int CONTAINER_ENTRY_BYTES = 4;

    private DeleteVectorLayout() {}

    /// True when the buffer can hold as many containers as it says: asked before memory is taken
    /// for them.
    static boolean isBitmap(ByteBuffer bitmap) {
        if (bitmap.limit() < 2 * Integer.BYTES) {
            return false;
        }
        int cookie = bitmap.getInt(0);
        long containers =
                (cookie & 0xFFFF) == COOKIE_WITH_RUNS
                        ? (cookie >>> 16) + 1
                        : cookie == COOKIE ? bitmap.getInt(Integer.BYTES) : -1;
        return containers >= 0 && containers * CONTAINER_ENTRY_BYTES <= bitmap.limit();
    }

    static int entryOffset(int index) {
        return HEADER_BYTES + index * ENTRY_BYTES;
    }

    static long aligned(long offset) {
        return (offset + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }
}
