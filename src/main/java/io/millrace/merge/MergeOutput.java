package io.millrace.merge;

import io.millrace.directory.FileOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The file of a merge, under the eyes of its [MergeControl]. Confined to one thread.
final class MergeOutput implements FileOutput {
    private final FileOutput file;
    private final MergeControl control;
    private final long documentCount;
    private final long expectedBytes;

    /// @param expectedBytes that the file is going to have, as far as one can say
    MergeOutput(FileOutput file, MergeControl control, long documentCount, long expectedBytes) {
        this.file = file;
        this.control = control;
        this.documentCount = documentCount;
        this.expectedBytes = expectedBytes;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        control.checkCancelled();
        control.throttle(bytes.remaining());
        file.write(bytes);
        double share = Math.min(1, (double) file.length() / expectedBytes);
        control.progress((long) (share * documentCount), file.length());
    }

    @Override
    public long length() {
        return file.length();
    }

    @Override
    public void force() throws IOException {
        control.checkCancelled();
        file.force();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
