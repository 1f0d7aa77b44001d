package io.millrace.index;

import io.millrace.index.NodeResources.NanoClock;
import io.millrace.segment.SegmentId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Segments that no merge may take: those whose last merge failed, for a time that doubles with
/// each failure, and damaged ones, until the index is opened again. A damaged segment is left
/// alone, never dropped. Guarded by the lock of [Merges].
final class HeldBackSegments {
    private final long minNanos;
    private final long maxNanos;
    private final NanoClock clock;

    private record BackOff(int failures, long untilNanos, String reason) {}

    private final Map<SegmentId, BackOff> backOffs = new HashMap<>();
    private final Map<SegmentId, String> quarantined = new HashMap<>();

    HeldBackSegments(Duration min, Duration max, NanoClock clock) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.clock = clock;
    }

    /// The inputs wait together, as long as the one that failed most often has to.
    void backOff(Collection<SegmentId> inputs, String reason) {
        int failures = 1;
        for (SegmentId id : inputs) {
            BackOff before = backOffs.get(id);
            failures = Math.max(failures, before == null ? 1 : before.failures() + 1);
        }
        BackOff next = new BackOff(failures, clock.nanos() + waitNanos(failures), reason);
        inputs.forEach(id -> backOffs.put(id, next));
    }

    private long waitNanos(int failures) {
        long wait = minNanos;
        for (int i = 1; i < failures && wait < maxNanos; i++) {
            wait *= 2;
        }
        return Math.min(wait, maxNanos);
    }

    /// What was left of earlier failures does not count any more.
    void recovered(Collection<SegmentId> inputs) {
        inputs.forEach(backOffs::remove);
    }

    void quarantine(SegmentId id, String reason) {
        quarantined.put(id, reason);
    }

    boolean isQuarantined(SegmentId id) {
        return quarantined.containsKey(id);
    }

    boolean isHeld(SegmentId id) {
        BackOff backOff = backOffs.get(id);
        return quarantined.containsKey(id) || (backOff != null && leftNanos(backOff) > 0);
    }

    /// Forgets segments that are gone.
    void retain(Set<SegmentId> present) {
        backOffs.keySet().retainAll(present);
        quarantined.keySet().retainAll(present);
    }

    /// When the first of them may be merged again.
    OptionalLong nextNanos() {
        return backOffs.values().stream().mapToLong(this::leftNanos).filter(left -> left > 0).min();
    }

    List<MergeStatus.HeldBack> status() {
        List<MergeStatus.HeldBack> held = new ArrayList<>();
        quarantined.forEach(
                (id, reason) -> held.add(new MergeStatus.HeldBack(id.ulid(), reason, true, 0)));
        backOffs.forEach((id, backOff) -> {
            long left = leftNanos(backOff);
            if (left > 0 && !quarantined.containsKey(id)) {
                held.add(
                        new MergeStatus.HeldBack(
                                id.ulid(),
                                backOff.reason(),
                                false,
                                Duration.ofNanos(left).toMillis()));
            }
        });
        return held;
    }

    private long leftNanos(BackOff backOff) {
        return Math.max(0, backOff.untilNanos() - clock.nanos());
    }
}
