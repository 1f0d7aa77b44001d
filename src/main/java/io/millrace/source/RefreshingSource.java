package io.millrace.source;

import io.millrace.change.Checkpoint;
import io.millrace.document.DocumentKey;
import java.time.Duration;

/// A source that can be asked for one document once more.
public interface RefreshingSource extends ChangeSource {

    /// Gives what is under a key now once more, in the order of all other changes. Blocks until the
    /// reader of the source was given it.
    ///
    /// @param atMost how long that may take
    /// @throws io.millrace.MillraceException.InvalidRequest when it cannot be, with what to do
    /// @throws io.millrace.MillraceException.Unavailable when it cannot be now, or takes longer
    Refreshed refresh(DocumentKey key, Duration atMost);

    /// What was given. Whoever reads the source again from before it, while this is open, is given
    /// it again.
    interface Refreshed extends AutoCloseable {

        /// False when there is nothing under the key: its document is deleted.
        boolean isFound();

        /// An index that stands here holds it.
        Checkpoint position();

        @Override
        void close();
    }
}
