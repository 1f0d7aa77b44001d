package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.merge.MergeCancelled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/// Finished merges that wait for the publication token. Guarded by the lock of [Merges]: every
/// method needs it.
final class MergePublications {

    /// One of them.
    static final class Publication {
        final FinishedMerge merge;
        private boolean resolved;
        private boolean published;
        private @Nullable Throwable failure;

        private Publication(FinishedMerge merge) {
            this.merge = merge;
        }
    }

    private final Condition changed;
    private final List<Publication> waiting = new ArrayList<>();
    private @Nullable Publication underWay;
    private boolean closed;

    MergePublications(Condition changed) {
        this.changed = changed;
    }

    /// Waits until it is published; false when there was nothing to publish.
    ///
    /// @throws MergeCancelled when the index closes first
    boolean await(FinishedMerge merge, Runnable onWaiting) {
        Publication publication = new Publication(merge);
        waiting.add(publication);
        onWaiting.run();
        while (!publication.resolved) {
            if (closed && waiting.remove(publication)) {
                throw new MergeCancelled("the index is closed");
            }
            changed.awaitUninterruptibly();
        }
        return switch (publication.failure) {
            case null -> publication.published;
            case RuntimeException known -> throw known;
            case Error error -> throw error;
            case Throwable other ->
                    throw new MillraceException.Bug("merge not published: " + other, other);
        };
    }

    /// The one that waits longest, null when none may be published.
    @Nullable Publication next() {
        if (closed || waiting.isEmpty()) {
            return null;
        }
        underWay = waiting.removeFirst();
        return underWay;
    }

    /// @param failure null when nothing went wrong
    void resolve(Publication publication, boolean published, @Nullable Throwable failure) {
        publication.resolved = true;
        publication.published = published;
        publication.failure = failure;
        underWay = null;
        changed.signalAll();
    }

    /// Returns when none is being published.
    void awaitQuiet() {
        while (underWay != null) {
            changed.awaitUninterruptibly();
        }
    }

    /// Those that wait are cancelled.
    void close() {
        closed = true;
        changed.signalAll();
    }
}
