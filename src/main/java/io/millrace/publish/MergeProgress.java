package io.millrace.publish;

import io.millrace.index.IndexEvent;
import io.millrace.index.MergeEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What the merges of one index tell, on its way to the topic: best effort. Whatever finds too much
/// under way, or no broker that takes it, is dropped and counted; nobody ever waits for it.
///
/// Taken from any thread, sent by that of the relay, in the order in which it was told.
final class MergeProgress {
    private static final Logger LOG = System.getLogger(MergeProgress.class.getName());

    /// Events that wait or are not acknowledged yet.
    static final int UNDER_WAY_MAX = 256;

    private final String index;
    private final RecordSender sender;

    /// Of the whole process.
    private final LongAdder dropped;

    private final Queue<OutgoingRecord> waiting = new ConcurrentLinkedQueue<>();
    private final Semaphore room = new Semaphore(UNDER_WAY_MAX);

    /// Told of in the log already.
    private final AtomicBoolean dropping = new AtomicBoolean();

    MergeProgress(String index, RecordSender sender, LongAdder dropped) {
        this.index = index;
        this.sender = sender;
        this.dropped = dropped;
    }

    /// Never blocks.
    void tell(MergeEvent event) {
        add(CloudEvents.toRecord(event));
    }

    /// That a merge finished, once its generation is announced.
    void tellFinished(IndexEvent commit) {
        CloudEvents.toFinishedMerge(commit).ifPresent(this::add);
    }

    private void add(OutgoingRecord record) {
        if (room.tryAcquire()) {
            waiting.add(record);
        } else {
            dropped("%d are under way already".formatted(UNDER_WAY_MAX));
        }
    }

    /// On the relay's thread. Waits for no acknowledgement.
    void sendWaiting() {
        for (OutgoingRecord next = waiting.poll(); next != null; next = waiting.poll()) {
            try {
                var _ = sender.send(next).whenComplete((_, failure) -> sent(failure));
            } catch (RuntimeException e) {
                sent(e);
            }
        }
    }

    private void sent(@Nullable Throwable failure) {
        room.release();
        if (failure != null) {
            dropped(String.valueOf(failure.getMessage()));
        } else if (dropping.getAndSet(false)) {
            LOG.log(Level.INFO, "merge events are published again index={0}", index);
        }
    }

    private void dropped(String reason) {
        dropped.increment();
        if (!dropping.getAndSet(true)) {
            LOG.log(Level.WARNING, "merge events are dropped index={0} reason={1}", index, reason);
        }
    }
}
