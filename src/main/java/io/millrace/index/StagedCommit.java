package io.millrace.index;

import java.util.Optional;

/// The prepared commit of one writer. Confined to the writer's owner.
///
/// - accepted: what the generation holds of the writer's intake
record StagedCommit(IndexWriter writer, Draft draft, IndexWriter.Pending accepted)
        implements PreparedCommit {

    @Override
    public Optional<CommitPoint> commit() {
        return writer.commit(this);
    }

    @Override
    public void close() {
        writer.abandon(this);
    }
}
