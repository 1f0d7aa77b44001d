package io.millrace.directory;

import java.lang.foreign.MemorySegment;

/// A whole file as read-only memory. Reading after [#close] throws [IllegalStateException].
public interface MappedFile extends AutoCloseable {
    MemorySegment memory();

    /// Unmaps. Costs a handshake with all threads: once per segment, never per query.
    @Override
    void close();
}
