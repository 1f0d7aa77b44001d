package io.millrace.index;

import io.millrace.document.Value.Obj;

/// The announcement of one generation. Stored in its commit record, published afterwards, at least
/// once, in generation order.
///
/// - id: `index:incarnation:generation:ordinal`, the same however often it is sent
/// - data: what changed: kind, segments in and out, counts, positions, schema version
public record IndexEvent(
        String id,
        String index,
        String incarnation,
        long generation,
        long previousGeneration,
        int ordinal,
        CommitKind kind,
        Obj data) {}
