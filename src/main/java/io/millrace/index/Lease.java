package io.millrace.index;

/// A generation that stays readable for a while without being held open.
///
/// - id: whoever has it may read the generation
public record Lease(String id, long generation) {}
