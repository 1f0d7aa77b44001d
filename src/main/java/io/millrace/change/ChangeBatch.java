package io.millrace.change;

import java.util.List;

/// Changes in source order with the ranges they cover and what was rejected on the way here.
///
/// Every position of `ranges` is either one of `changes`, one of `rejects`, or nothing to index.
public record ChangeBatch(
        List<Change> changes, List<Reject> rejects, List<PositionRange> ranges, long sizeBytes) {

    public static ChangeBatch of(
            List<Change> changes, List<Reject> rejects, List<PositionRange> ranges) {
        long bytes = 0;
        for (Change change : changes) {
            bytes += change.sizeBytes();
        }
        for (Reject reject : rejects) {
            bytes += Change.OVERHEAD_BYTES + reject.origin().sizeBytes();
        }
        return new ChangeBatch(
                List.copyOf(changes), List.copyOf(rejects), List.copyOf(ranges), bytes);
    }
}
