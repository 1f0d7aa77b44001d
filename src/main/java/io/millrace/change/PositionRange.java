package io.millrace.change;

/// The part of a partition that a batch covers: `from` inclusive, `to` exclusive. Holes inside it
/// (transaction markers, compacted records) belong to it.
public record PositionRange(SourcePartition partition, Position from, Position to) {
    public PositionRange {
        if (to.next() < from.next()) {
            throw new IllegalArgumentException(
                    partition + ": range ends at " + to.next() + ", before " + from.next());
        }
    }
}
