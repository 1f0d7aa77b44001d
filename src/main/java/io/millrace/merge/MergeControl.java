package io.millrace.merge;

/// How the owner of a merge watches it, slows it down and ends it. Called by the merging thread,
/// several times a second at least as long as the merge does not wait for the disk.
public interface MergeControl {

    /// For merges that nobody watches.
    MergeControl NONE =
            new MergeControl() {
                @Override
                public void progress(long documentsDone, long bytesWritten) {}

                @Override
                public void checkCancelled() {}

                @Override
                public void throttle(long bytes) {}
            };

    /// How far the merge is. A merge goes through its inputs once per structure, so `documentsDone`
    /// is the share of the work that is done, counted in live documents; it never falls and reaches
    /// their number in the end.
    ///
    /// @param bytesWritten of the output so far
    void progress(long documentsDone, long bytesWritten);

    /// @throws MergeCancelled when the merge shall end without a result
    void checkCancelled();

    /// Waits as long as the rate of writing asks for.
    ///
    /// @param bytes about to be written
    /// @throws MergeCancelled when the merge shall end, rather than wait, without a result
    void throttle(long bytes);
}
