package io.millrace.directory;

/// The exclusive right to write to a folder, until closed or the process ends.
public interface DirectoryLock extends AutoCloseable {
    @Override
    void close();
}
