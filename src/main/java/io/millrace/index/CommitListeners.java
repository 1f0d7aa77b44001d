package io.millrace.index;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Tells the log and whoever listens what was published. A listener that fails is no concern of the
/// commit. May be shared between threads.
final class CommitListeners {
    private static final Logger LOG = System.getLogger(CommitListeners.class.getName());

    private final List<Index.CommitListener> listeners = new CopyOnWriteArrayList<>();

    AutoCloseable add(Index.CommitListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void tell(CommitRecord record, CommitPoint point) {
        FaultLog.log(
                LOG,
                Level.INFO,
                () ->
                        "commit published index=%s generation=%d kind=%s segments=%d documents=%d checkpoint=%s"
                                .formatted(
                                        record.index(),
                                        point.generation(),
                                        point.kind(),
                                        point.segmentCount(),
                                        point.documentCount(),
                                        point.checkpoint()),
                null);
        for (Index.CommitListener listener : listeners) {
            try {
                listener.committed(point);
            } catch (RuntimeException | Error e) {
                FaultLog.log(
                        LOG,
                        Level.ERROR,
                        () -> "commit listener failed index=" + record.index(),
                        e);
            }
        }
    }

    /// The index is closed: nothing is published any more, by this process at least.
    void tellClosed(String index) {
        for (Index.CommitListener listener : listeners) {
            try {
                listener.closed();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, () -> "commit listener failed index=" + index, e);
            }
        }
    }
}
