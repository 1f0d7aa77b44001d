package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.document.LiveSchema;
import io.millrace.index.LaneCommand.Slice;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/// Turns the changes of its keys into segments and deletions, in order. All changes of one key come
/// to one lane, so the newest wins without any lock.
///
/// One worker thread at a time runs it; everything below belongs to that thread. Whatever goes
/// wrong fails the generation as a whole: all lanes let go of what they wrote, drain without
/// working, and say so at the barrier.
final class Lane implements Runnable {
    private static final Logger LOG = System.getLogger(Lane.class.getName());

    private final int number;
    private final Directory directory;
    private final LiveSchema schema;
    private final BuilderMemory memory;
    private final Ulids ulids;
    private final Intake intake;
    private final LaneBases bases;
    private final Runnable onDrained;
    private final FileSweep sweep;

    /// The last barrier that took an output of this lane, in case nobody takes it from there.
    private @Nullable Barrier reached;

    private @Nullable Throwable failure;

    /// Begun with the first slice of a generation; null when the barrier took what it made, or
    /// there is nothing yet.
    private @Nullable LaneDraft draft;

    /// @param sweep is told of files that are begun, and of those that nobody will need
    Lane(
            int number,
            Directory directory,
            LiveSchema schema,
            BuilderMemory memory,
            Ulids ulids,
            Intake intake,
            LaneBases bases,
            Runnable onDrained,
            FileSweep sweep) {
        this.number = number;
        this.directory = directory;
        this.schema = schema;
        this.memory = memory;
        this.ulids = ulids;
        this.intake = intake;
        this.onDrained = onDrained;
        this.sweep = sweep;
        this.bases = bases;
    }

    @Override
    public void run() {
        boolean going = true;
        while (going) {
            LaneCommand command = null;
            try {
                command = intake.take(number);
                going = obey(command);
            } catch (Throwable e) {
                // Nothing may end this thread early: whoever waits would wait in vain.
                answerFailed(command, e);
                going = !(command instanceof LaneCommand.Stop);
            }
        }
    }

    /// False when the thread is to end.
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
            case LaneCommand.Flush(Barrier barrier) -> flushTo(barrier);
            case LaneCommand.Relieve _ -> {
                // The slice before it may have made room already: what came since is not asked for.
                if (memory.isAsked()) {
                    relieve();
                }
            }
            case LaneCommand.Rest _ -> {
                relieve();
                return !intake.endsIfIdle(number);
            }
            case LaneCommand.Reset(Barrier done) -> {
                discard();
                failure = null;
                done.arrive(LaneOutput.EMPTY);
            }
            case LaneCommand.Stop _ -> {
                try {
                    discard();
                } finally {
                    takeBack();
                }
                return false;
            }
        }
        return true;
    }

    /// Answers before anything else: even saying that memory is short may take some.
    private void answerFailed(@Nullable LaneCommand command, Throwable cause) {
        doom(cause);
        switch (command) {
            case LaneCommand.Flush(Barrier barrier) -> barrier.fail(cause);
            case LaneCommand.Reset(Barrier done) -> done.fail(cause);
            case Slice _, LaneCommand.Relieve _, LaneCommand.Rest _, LaneCommand.Stop _ -> {}
            case null -> {}
        }
        report(Level.ERROR, "lane failed in ", cause);
    }

    /// Nobody took what this lane left at the barrier.
    private void takeBack() {
        if (reached != null) {
            reached.takeBack(new MillraceException.Unavailable("the index is closed"))
                    .forEach(LaneOutput::close);
        }
    }

    private void work(Slice slice) {
        if (failure == null) {
            failure = intake.failure();
            if (failure != null) {
                discard();
            }
        }
        if (failure != null) {
            return;
        }
        try {
            if (draft == null) {
                draft = new LaneDraft(directory, schema, memory, ulids, bases, sweep);
            }
            draft.apply(slice);
        } catch (Throwable e) {
            fail(e);
        }
    }

    /// The next slice, if there is one, is of another generation: it comes after a commit.
    private void flushTo(Barrier barrier) {
        LaneOutput output = LaneOutput.EMPTY;
        if (failure == null && draft != null) {
            try {
                output = draft.finish();
            } catch (Throwable e) {
                fail(e);
            }
        }
        if (failure != null) {
            barrier.fail(failure);
        } else if (barrier.arrive(output)) {
            reached = barrier;
            draft = null;
        } else {
            // Nobody waits any more: a Reset is on its way, and these files are still ours.
            discard();
        }
    }

    private void relieve() {
        if (draft == null) {
            return;
        }
        try {
            draft.releaseMemory();
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        doom(cause);
        discard();
        report(Level.WARNING, "generation failed in ", cause);
    }

    /// The generation is lost, and what was the first to go wrong is why. The other lanes need not
    /// work for it any more.
    private void doom(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        intake.fail(number, failure);
    }

    private void report(Level level, String what, Throwable cause) {
        FaultLog.log(LOG, level, () -> what + directory.describe(), cause);
    }

    /// Lets go of what this generation wrote, unless the barrier took it.
    private void discard() {
        LaneDraft discarded = draft;
        draft = null;
        if (discarded != null) {
            discarded.discard();
        }
    }
}
