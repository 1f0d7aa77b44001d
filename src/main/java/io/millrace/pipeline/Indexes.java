package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition;
import java.util.List;

/// All indexes of this node, running. May be shared between threads.
public final class Indexes implements AutoCloseable {

    /// @throws MillraceException.InvalidRequest NOT_FOUND
    public RunningIndex get(String name) {
        throw new MillraceException.Bug("skeleton");
    }

    /// In the order of names.
    public List<RunningIndex> list() {
        throw new MillraceException.Bug("skeleton");
    }

    /// Starts a new index, or applies a changed cadence to a running one. The definition is durable
    /// already.
    public RunningIndex start(IndexDefinition definition) {
        throw new MillraceException.Bug("skeleton");
    }

    @Override
    public void close() {
        throw new MillraceException.Bug("skeleton");
    }
}
