package io.millrace.index;

/// The facts about a rejects file that a commit record holds.
///
/// - name: `r-<ulid>.rejects`
/// - lengthBytes: of the whole file
/// - crc: CRC32C of everything before the trailer, which repeats it
record RejectsMeta(String name, long lengthBytes, int crc, int count) {}
