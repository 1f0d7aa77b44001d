package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.index.IndexState;
import io.millrace.index.NodeResources.NanoClock;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The end of an index. What was asked for is durable already; each step may fail, be cut off by a
/// crash and be done again.
///
/// ```
///   last generation published -> its event acknowledged, or time is up -> files gone -> forgotten
/// ```
///
/// Confined to the pipeline's thread.
final class Deletion {
    private static final Logger LOG = System.getLogger(Deletion.class.getName());
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String name;
    private final IndexHome home;
    private final IndexWatcher watcher;
    private final NanoClock clock;
    private final Runnable forgotten;
    private final long deadlineNanos;

    private @Nullable Index index;
    private @Nullable AutoCloseable watch;
    private boolean announced;

    /// @param index open, or null
    /// @param watch of that index, or null
    /// @param forgotten makes it durable that there is no such index; may be called again after a
    ///   failure
    Deletion(
            String name,
            IndexHome home,
            IndexWatcher watcher,
            PipelineOptions options,
            NanoClock clock,
            @Nullable Index index,
            @Nullable AutoCloseable watch,
            Runnable forgotten) {
        this.name = name;
        this.home = home;
        this.watcher = watcher;
        this.clock = clock;
        this.index = index;
        this.watch = watch;
        this.forgotten = forgotten;
        this.deadlineNanos = clock.nanos() + options.deleteWait().toNanos();
    }

    /// Does what can be done now, and waits before there is more to do. Afterwards the inbox is
    /// stopped, when the index is gone.
    ///
    /// @return how it stands
    Standing turn(Inbox inbox, BackOff backOff) {
        try {
            long wait = proceed();
            if (wait == 0) {
                inbox.stop();
            } else {
                inbox.await(wait, true);
            }
            return Standing.DELETING;
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "deletion is tried again index=" + name, e);
            inbox.await(backOff.nextNanos(), true);
            return new Standing(
                    PipelineStatus.State.DELETING,
                    String.valueOf(IndexFeeder.asOurs(e).getMessage()),
                    false);
        }
    }

    /// Does what can be done now. Returns how long to wait before the rest, in nanoseconds; 0 when
    /// the index is gone.
    private long proceed() {
        if (!announced) {
            long wait = announce();
            if (wait > 0) {
                return wait;
            }
            announced = true;
        }
        close();
        home.delete(name);
        forgotten.run();
        LOG.log(Level.INFO, "index deleted index={0}", name);
        return 0;
    }

    /// Lets go of the index; its files stay until this is done again.
    void close() {
        closed("watch", watch);
        watch = null;
        closed("index", index);
        index = null;
    }

    private long announce() {
        try {
            Index open = openIndex();
            if (open == null) {
                return 0;
            }
            CommitPoint last = open.publishLast();
            if (watch == null) {
                watch = watcher.opened(open);
            }
            if (!watcher.publishes() || open.publishedThrough() >= last.generation()) {
                return 0;
            }
            if (!isLate()) {
                return LOOK_NANOS;
            }
            LOG.log(
                    Level.WARNING,
                    "index deleted before its last events were acknowledged index={0} publishedThrough={1} generation={2}",
                    name,
                    Long.toString(open.publishedThrough()),
                    Long.toString(last.generation()));
            return 0;
        } catch (MillraceException.Corrupt e) {
            LOG.log(Level.WARNING, "damaged index deleted without a last event index=" + name, e);
            return 0;
        } catch (MillraceException.Unavailable e) {
            // No room for the last generation, say: deleting is what makes room.
            if (!isLate()) {
                throw e;
            }
            LOG.log(Level.WARNING, "index deleted without a last event index=" + name, e);
            return 0;
        }
    }

    /// Null when there is no generation. An index that cannot be written any more is opened again.
    private @Nullable Index openIndex() {
        Index open = index;
        if (open != null && !isWritable(open)) {
            close();
            open = null;
        }
        if (open == null && home.exists(name)) {
            open = home.open(name);
            index = open;
        }
        return open;
    }

    private static boolean isWritable(Index open) {
        return switch (open.state()) {
            case IndexState.Open _, IndexState.DiskFull _ -> true;
            case IndexState.Failed _, IndexState.Closed _ -> false;
        };
    }

    private boolean isLate() {
        return clock.nanos() - deadlineNanos >= 0;
    }

    private void closed(String what, @Nullable AutoCloseable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception e) {
            LOG.log(Level.WARNING, what + " not closed index=" + name, e);
        }
    }
}
