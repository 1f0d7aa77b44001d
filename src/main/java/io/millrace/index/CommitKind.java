package io.millrace.index;

/// Why a generation exists.
public enum CommitKind {
    /// Always generation 1: schema, source identity, start positions.
    CREATE,
    /// The first generation of an incarnation that goes on from a copy of another one.
    RESTORE,
    /// Documents or rejects changed.
    INDEX,
    /// Only positions moved.
    POSITION,
    /// Segments were rewritten as one; documents and positions are what they were.
    MERGE,
    /// The last one: the index is being deleted, nothing is left in it.
    DELETE,
    /// The schema changed, and no document did.
    SCHEMA
}
