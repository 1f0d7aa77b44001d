package io.millrace.change;

/// How far a partition was read: everything below `next` is behind us.
///
/// - next: Kafka: the next offset to read; Postgres: the end LSN of the last whole transaction
/// - epoch: Kafka: leader epoch of the last record read, [#NO_EPOCH] when unknown
public record Position(long next, int epoch) {
    public static final int NO_EPOCH = -1;

    public Position {
        if (next < 0) {
            throw new IllegalArgumentException("position " + next + " is negative");
        }
    }

    public static Position of(long next) {
        return new Position(next, NO_EPOCH);
    }
}
