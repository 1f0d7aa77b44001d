package io.millrace.source;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Reject;
import java.util.List;

/// A source whose changes somebody waits for, and which cannot be read again: it is told what
/// became of everything it gave.
public interface AnsweringSource extends ChangeSource {

    /// Everything before the checkpoint is durable and visible. Must not block.
    ///
    /// @param generation the commit that holds what was new since the one before
    /// @param rejects what of it only the index refused
    void committed(long generation, Checkpoint checkpoint, List<Reject> rejects);

    /// Everything given or held since the last commit is gone. Must not block.
    ///
    /// @param mayBeCommitted whether what was given is in a commit is not known, or not what of it
    ///   the index refused
    void dropped(MillraceException reason, boolean mayBeCommitted);

    /// Takes no more, and gives what it still holds from the checkpoint on, for the last commit.
    List<ChangeBatch> takeRest(Checkpoint accepted);

    /// True while somebody waits for the commit of what was given.
    boolean isAwaited();
}
