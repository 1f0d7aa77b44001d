package io.millrace.directory;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Positional reads of one file through a channel, into the caller's buffer. May be shared.
public interface FileInput extends AutoCloseable {
    long length() throws IOException;

    /// Fills the buffer's remaining bytes from `position` on.
    ///
    /// @throws java.io.EOFException when the file ends before
    void readFully(long position, ByteBuffer into) throws IOException;

    @Override
    void close() throws IOException;
}
