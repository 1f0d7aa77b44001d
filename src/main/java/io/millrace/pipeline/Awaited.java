package io.millrace.pipeline;

import io.millrace.change.Checkpoint;
import io.millrace.index.CommitPoint;

/// What somebody waits for: a generation of at least this number that holds at least these
/// positions.
public record Awaited(long generation, Checkpoint positions) {
    public static Awaited generation(long generation) {
        return new Awaited(generation, Checkpoint.EMPTY);
    }

    public static Awaited positions(Checkpoint positions) {
        return new Awaited(0, positions);
    }

    public boolean isHeldBy(CommitPoint commit) {
        return commit.generation() >= generation && commit.checkpoint().covers(positions);
    }
}
