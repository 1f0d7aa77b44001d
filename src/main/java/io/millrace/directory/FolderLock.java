package io.millrace.directory;

import io.millrace.MillraceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The lock of a folder: an advisory lock of the operating system on its file `lock`, which ends
/// with the process, and a set that keeps this process from taking it twice.
///
/// The set comes first because closing *any* channel on a file drops all locks that the process
/// holds on it.
final class FolderLock implements DirectoryLock {
    private static final String FILE_NAME = "lock";
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    /// Channels that must stay open for as long as the process lives, see [#take].
    private static final Set<FileChannel> KEPT_OPEN = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    static FolderLock take(Path folder) throws IOException {
        if (!HELD.add(folder)) {
            throw held(folder, "this process");
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel =
                    FileChannel.open(
                            folder.resolve(FILE_NAME),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            @Nullable FileLock lock = channel.tryLock();
            if (lock == null) {
                throw held(folder, "another process");
            }
            taken = true;
            return new FolderLock(folder, channel);
        } catch (OverlappingFileLockException e) {
            // Held through another class loader of this process (a live reload that did not end
            // cleanly). Closing our channel would drop its lock.
            KEPT_OPEN.add(channel);
            channel = null;
            throw held(folder, "this process");
        } finally {
            if (!taken) {
                HELD.remove(folder);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static MillraceException held(Path folder, String holder) {
        return new MillraceException.Fenced(
                "%s is locked by %s, expected to be the only one".formatted(folder, holder));
    }

    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("unlock " + folder, e);
        } finally {
            HELD.remove(folder);
        }
    }
}
