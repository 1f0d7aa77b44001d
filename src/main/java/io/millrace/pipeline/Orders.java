package io.millrace.pipeline;

import org.jspecify.annotations.Nullable;

/// What others want of a pipeline beyond its daily work. Each is a wish of its own; the pipeline's
/// thread looks at them at every turn. May be shared between threads.
final class Orders {
    private final Inbox inbox;

    private volatile boolean paused;
    private volatile boolean resumed;
    private volatile boolean announcing = true;
    private volatile @Nullable Runnable forgetting;
    private volatile @Nullable Succession succession;
    private volatile Runnable committed = () -> {};

    Orders(Inbox inbox) {
        this.inbox = inbox;
    }

    /// Reads no further, once what was read is published; can still be searched.
    void pause() {
        paused = true;
        inbox.nudge();
    }

    /// Reads on. One that failed is opened anew, as if the process had just started: that is how an
    /// index comes back whose files could not be made durable.
    void resume() {
        paused = false;
        resumed = true;
        inbox.nudge();
    }

    boolean isPaused() {
        return paused;
    }

    /// Only for the pipeline's thread.
    boolean takeResumed() {
        boolean taken = resumed;
        resumed = false;
        return taken;
    }

    /// Nobody outside hears of the commits until [#announce].
    void beSilent() {
        announcing = false;
    }

    void announce() {
        announcing = true;
        inbox.nudge();
    }

    boolean isAnnouncing() {
        return announcing;
    }

    /// Ends the index for good, see [Deletion]. The pipeline has ended when it is gone.
    ///
    /// @param forgotten makes it durable that there is no such index; may be called again after a
    ///   failure
    void delete(Runnable forgotten) {
        forgetting = forgotten;
        inbox.nudge();
    }

    @Nullable Runnable forgetting() {
        return forgetting;
    }

    /// Calls `listener` after each commit, and when the index has opened, on the pipeline's thread;
    /// one listener.
    void onCommitted(Runnable listener) {
        committed = listener;
    }

    void tellCommitted() {
        committed.run();
    }

    /// Hands over to another incarnation as soon as that has caught up; null for not any more.
    void succeededBy(@Nullable Succession next) {
        succession = next;
        inbox.nudge();
    }

    @Nullable Succession succession() {
        return succession;
    }
}
