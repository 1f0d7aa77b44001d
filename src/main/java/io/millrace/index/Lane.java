package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.document.Schema;
import io.millrace.index.LaneCommand.Slice;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Turns the changes of its keys into segments and deletions, in order. All changes of one key come
/// to one lane, so the newest wins without any lock.
///
/// One worker thread runs it for the life of the index; everything below belongs to that thread.
/// Whatever goes wrong fails the generation as a whole: the lane lets go of what it wrote, drains
/// without working, and says so at the barrier.
final class Lane implements Runnable {
    private static final Logger LOG = System.getLogger(Lane.class.getName());

    private final Directory directory;
    private final Schema schema;
    private final long builderBytesMax;
    private final Ulids ulids;
    private final Intake intake;
    private final Runnable onDrained;
    private final Consumer<String> onDiscarded;

    private boolean paused;

    /// The last barrier that took an output of this lane, in case nobody takes it from there.
    private @Nullable Barrier reached;

    private @Nullable Throwable failure;

    private final LaneBases bases;
    private LaneDraft draft;

    /// The barrier took what the draft made: it is no longer ours to discard.
    private boolean handedOver;

    /// @param onDiscarded is given the names of files that nobody will need, to be deleted
    Lane(
            Directory directory,
            Schema schema,
            long builderBytesMax,
            Ulids ulids,
            Intake intake,
            LaneBases bases,
            Runnable onDrained,
            Consumer<String> onDiscarded) {
        this.directory = directory;
        this.schema = schema;
        this.builderBytesMax = builderBytesMax;
        this.ulids = ulids;
        this.intake = intake;
        this.onDrained = onDrained;
        this.onDiscarded = onDiscarded;
        this.bases = bases;
        this.draft = newDraft();
    }

    @Override
    public void run() {
        boolean going = true;
        while (going) {
            LaneCommand command = intake.take(paused);
            try {
                going = obey(command);
            } catch (Throwable e) {
                // Nothing may end this thread early: whoever waits would wait in vain.
                answerFailed(command, e);
            }
        }
    }

    /// False when this was the last command.
    private boolean obey(LaneCommand command) {
        switch (command) {
            case Slice slice -> {
                boolean drained;
                try {
                    work(slice);
                } finally {
                    drained = intake.done(slice);
                }
                if (drained) {
                    onDrained.run();
                }
            }
            case LaneCommand.Flush(Barrier barrier) -> {
                paused = true;
                flushTo(barrier);
            }
            case LaneCommand.Resume _ -> begin();
            case LaneCommand.Reset(Barrier done) -> {
                discard();
                begin();
                done.arrive(LaneOutput.EMPTY);
            }
            case LaneCommand.Stop _ -> {
                discard();
                if (reached != null) {
                    reached.takeBack(new MillraceException.Unavailable("the index is closed"))
                            .forEach(LaneOutput::close);
                }
                return false;
            }
        }
        return true;
    }

    private void answerFailed(LaneCommand command, Throwable cause) {
        failure = cause;
        LOG.log(Level.ERROR, () -> "lane failed in " + directory.describe(), cause);
        switch (command) {
            case LaneCommand.Flush(Barrier barrier) -> barrier.fail(cause);
            case LaneCommand.Reset(Barrier done) -> done.fail(cause);
            case Slice _, LaneCommand.Resume _, LaneCommand.Stop _ -> {}
        }
    }

    private LaneDraft newDraft() {
        return new LaneDraft(directory, schema, builderBytesMax, ulids, bases);
    }

    private void begin() {
        paused = false;
        failure = null;
        handedOver = false;
        draft = newDraft();
    }

    private void work(Slice slice) {
        if (failure != null) {
            return;
        }
        try {
            draft.apply(slice);
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void flushTo(Barrier barrier) {
        LaneOutput output = null;
        if (failure == null) {
            try {
                output = draft.finish();
            } catch (Throwable e) {
                fail(e);
            }
        }
        if (failure != null) {
            barrier.fail(failure);
        } else if (output != null && !barrier.arrive(output)) {
            // Nobody waits any more: a Reset is on its way, and these files are still ours.
            discard();
        } else {
            reached = barrier;
            handedOver = true;
        }
    }

    private void fail(Throwable cause) {
        failure = cause;
        LOG.log(Level.WARNING, () -> "generation failed in " + directory.describe(), cause);
        discard();
    }

    /// Lets go of what this generation wrote, unless the barrier took it.
    private void discard() {
        if (!handedOver) {
            draft.discard(onDiscarded);
        }
    }
}
