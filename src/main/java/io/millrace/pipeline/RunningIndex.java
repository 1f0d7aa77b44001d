package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;

/// One index of this node with the pipeline that feeds it. May be shared between threads.
public final class RunningIndex {
    public IndexDefinition definition() {
        throw new MillraceException.Bug("skeleton");
    }

    /// @throws MillraceException.Unavailable before generation 1, with the reason
    public Index index() {
        throw new MillraceException.Bug("skeleton");
    }

    public PipelineStatus status() {
        throw new MillraceException.Bug("skeleton");
    }

    /// Publishes what has been read so far and returns the newest generation. Blocks; bounded.
    public CommitPoint commitNow() {
        throw new MillraceException.Bug("skeleton");
    }
}
