package io.millrace.index;

/// A rejects file: changes that could not be indexed, with the bytes as they came.
///
/// ```
/// file    := header entry* trailer
/// header  := magic u64 | version u32 | 0 u32
/// entry   := length u32 | body {length bytes}
/// body    := stage string | reason string | stream string | partition u32 | position u64
///          | timestamp u64 | key bytes | value bytes
/// string  := bytes, UTF-8
/// bytes   := length i32, -1 for null | the bytes
/// trailer := count u32 | CRC32C of everything before the trailer u32 | magic u64
/// ```
///
/// Little-endian, except the magic, which reads as text.
final class RejectsLayout {
    static final long MAGIC = 0x4D494C4C_52454A31L; // "MILLREJ1"
    static final int VERSION = 1;

    static final int VERSION_OFFSET = 8;
    static final int HEADER_BYTES = 16;
    static final int ENTRY_LENGTH_BYTES = 4;
    static final int TRAILER_BYTES = 16;
    static final int TRAILER_CRC_OFFSET = 4;
    static final int TRAILER_MAGIC_OFFSET = 8;
    static final int NULL_BYTES = -1;

    private RejectsLayout() {}
}
