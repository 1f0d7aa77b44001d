package io.millrace.directory;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Writes one new file from front to back. Confined to one thread. Closing without [#force] leaves
/// a file that a crash may lose.
public interface FileOutput extends AutoCloseable {

    /// Appends all remaining bytes.
    void write(ByteBuffer bytes) throws IOException;

    /// Bytes appended so far.
    long length();

    /// Makes the bytes durable and checks that the file is as long as what was written. The name
    /// needs [Directory#force].
    ///
    /// @throws DurabilityLost when the operating system reports a failure; never retried
    void force() throws IOException;

    @Override
    void close() throws IOException;
}
