package io.millrace.index;

import io.millrace.change.Checkpoint;

/// One durable generation of an index.
///
/// - contentGeneration: the newest generation at or below this one that changed visible documents
/// - committedAtMillis: wall clock of the node, for people only
public record CommitPoint(
        long generation,
        long contentGeneration,
        CommitKind kind,
        Checkpoint checkpoint,
        int segmentCount,
        long documentCount,
        long committedAtMillis) {}
