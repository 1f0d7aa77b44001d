package io.millrace.segment;

/// The facts about a delete vector file that a commit record holds.
///
/// - name: `d-<ulid>.dv`
/// - lengthBytes: of the whole file
/// - crc: CRC32C of everything before the trailer, which repeats it
public record DeleteVectorMeta(String name, long lengthBytes, int crc) {}
