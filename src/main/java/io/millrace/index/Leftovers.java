package io.millrace.index;

/// Files in the folder of an index that nobody needs and that could not be deleted yet.
///
/// - lengthBytes: what they take, as far as that can be told
public record Leftovers(int files, long lengthBytes) {}
