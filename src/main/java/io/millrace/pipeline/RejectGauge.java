package io.millrace.pipeline;

import java.util.ArrayDeque;
import java.util.Deque;

/// Counts how many of about the last `window` records were rejected. Confined to the pipeline's
/// thread.
final class RejectGauge {
    private final int window;
    private final int maxPercent;
    private final Deque<Tally> tallies = new ArrayDeque<>();
    private long records;
    private long rejected;

    private record Tally(long records, long rejected) {}

    RejectGauge(int window, int maxPercent) {
        this.window = window;
        this.maxPercent = maxPercent;
    }

    void count(long newRecords, long newRejected) {
        if (newRecords == 0 && newRejected == 0) {
            return;
        }
        tallies.addLast(new Tally(newRecords, newRejected));
        records += newRecords;
        rejected += newRejected;
        while (records - tallies.getFirst().records() >= window) {
            Tally oldest = tallies.removeFirst();
            records -= oldest.records();
            rejected -= oldest.rejected();
        }
    }

    /// True when a whole window was seen and too much of it was rejected.
    boolean isExceeded() {
        return records >= window && rejected * 100 > records * maxPercent;
    }

    void clear() {
        tallies.clear();
        records = 0;
        rejected = 0;
    }

    @Override
    public String toString() {
        return "%d of the last %d records were rejected, expected at most %d %%"
                .formatted(rejected, records, maxPercent);
    }
}
