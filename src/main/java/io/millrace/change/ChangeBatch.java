package io.millrace.change;

import java.util.List;
import java.util.Map;

/// Changes in source order with the ranges they cover and what was rejected on the way here.
///
/// Every position of `ranges` is either one of `changes`, one of `rejects`, or nothing to index.
///
/// - copies: how far the copies of partitions are with this batch, where it moved one
/// - open: the source's transaction goes on in the next batch; nothing may be published in between.
///   Positions and copies move with the batch that ends it
public record ChangeBatch(
        List<Change> changes,
        List<Reject> rejects,
        List<PositionRange> ranges,
        Map<SourcePartition, CopyState> copies,
        long sizeBytes,
        boolean open) {

    public ChangeBatch {
        changes = List.copyOf(changes);
        rejects = List.copyOf(rejects);
        ranges = List.copyOf(ranges);
        copies = Map.copyOf(copies);
        if (open && !(ranges.isEmpty() && copies.isEmpty())) {
            throw new IllegalArgumentException(
                    "a part of a transaction moves positions: %s %s".formatted(ranges, copies));
        }
    }

    public static ChangeBatch of(
            List<Change> changes, List<Reject> rejects, List<PositionRange> ranges) {
        return new ChangeBatch(
                changes, rejects, ranges, Map.of(), sizeBytes(changes, rejects), false);
    }

    /// A part of a transaction that is not its last one.
    public static ChangeBatch ofPart(List<Change> changes, List<Reject> rejects) {
        return new ChangeBatch(
                changes, rejects, List.of(), Map.of(), sizeBytes(changes, rejects), true);
    }

    /// The same, with how far the copy of a partition is.
    public ChangeBatch withCopy(SourcePartition partition, CopyState copy) {
        return new ChangeBatch(changes, rejects, ranges, Map.of(partition, copy), sizeBytes, open);
    }

    private static long sizeBytes(List<Change> changes, List<Reject> rejects) {
        long bytes = 0;
        for (Change change : changes) {
            bytes += change.sizeBytes();
        }
        for (Reject reject : rejects) {
            bytes += Change.OVERHEAD_BYTES + reject.origin().sizeBytes();
        }
        return bytes;
    }
}
