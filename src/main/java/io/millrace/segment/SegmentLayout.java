package io.millrace.segment;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A segment file, from front to back.
///
/// ```
/// file    := header section{} footer trailer
/// header  := magic u64 | format version u32 | 0 u32 | ulid 26 bytes | 6 zero bytes
/// section := starts at a multiple of 8, zero bytes before it; its kind says what is in it
/// footer  := document count u32 | schema bytes u32 | section count u32 | block count u32
///            schema (a document)
///            section{}: kind u32 | field ordinal i32, -1 for none | offset u64 | length u64
///            block CRC32C u32 {block count}
/// trailer := footer offset u64 | footer length u32 | footer CRC32C u32 | magic u64
/// ```
///
/// - Units: offsets in bytes from the start of the file, little-endian; the magic reads as text.
/// - Checksums: the bytes before the footer are cut into blocks of 64 KiB from the start of the
///   file, whatever section they belong to, so that header and padding are covered and any range
///   can be verified by reading the blocks around it. The commit record repeats the footer's sum.
final class SegmentLayout {
    static final long MAGIC = 0x4D494C4C_53454731L; // "MILLSEG1"
    static final int FORMAT_VERSION = 1;

    static final int ULID_BYTES = 26;
    static final int HEADER_BYTES = 48;
    static final int HEADER_ULID_OFFSET = 16;

    static final int ALIGNMENT_BYTES = 8;
    static final int BLOCK_BYTES = 64 << 10;

    static final int FOOTER_FIXED_BYTES = 16;
    static final int FOOTER_SECTION_BYTES = 24;

    /// Far above what a schema of 100,000 fields and a file of 1 TiB need.
    static final int FOOTER_BYTES_MAX = 256 << 20;

    static final int TRAILER_BYTES = 24;

    static final int NO_FIELD = -1;

    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// What a section holds; the code is the number in the file.
    enum Kind {
        KEYS(1),
        SEQ(2),
        DOCUMENTS(3),
        TERMS(4),
        COLUMN(5),
        POSTINGS(6),
        NORMS(7),
        /// The terms of the text in a string field; its keywords are the TERMS.
        TEXT_TERMS(8),
        /// Documents with a value in a string field, as a bitmap in Roaring's portable form; not
        /// there where the TERMS tell it.
        PRESENT(9),
        /// Where the terms of a text stand in their documents.
        POSITIONS(10);

        final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    /// One line of the section table.
    record Section(int kind, int field, long offset, long length) {}

    private SegmentLayout() {}

    static long aligned(long offset) {
        return (offset + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }

    static int blockCount(long lengthBytes) {
        return Math.toIntExact((lengthBytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
    }
}
