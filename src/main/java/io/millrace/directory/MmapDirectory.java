package io.millrace.directory;

import io.millrace.MillraceException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A folder of the operating system. Linux: names are forced through a channel on the folder.
///
/// May be shared between threads. A thread that comes here is never interrupted: an interrupt would
/// close the channel under everybody else.
public final class MmapDirectory implements Directory {
    private static final Logger LOG = System.getLogger(MmapDirectory.class.getName());

    /// Names that cannot leave the folder.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");

    /// The JDK keeps a direct buffer per thread as large as the largest heap buffer it moved.
    private static final int CHUNK_BYTES = 256 << 10;

    private final Path path;

    private MmapDirectory(Path path) {
        this.path = path;
    }

    /// The folder at `path`, created if need be with those above it, and the names of all that were
    /// created forced.
    public static MmapDirectory open(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        List<Path> grown = new ArrayList<>();
        for (Path folder = absolute; !Files.isDirectory(folder); ) {
            Path parent = folder.getParent();
            if (parent == null) {
                break;
            }
            grown.add(parent);
            folder = parent;
        }
        Files.createDirectories(absolute);
        for (Path folder : grown) {
            forceFolder(folder);
        }
        return new MmapDirectory(absolute.toRealPath());
    }

    @Override
    public FileOutput create(String name) throws IOException {
        Path file = resolve(name);
        try {
            return new ChannelOutput(
                    file,
                    FileChannel.open(
                            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw named("create", file, e);
        }
    }

    @Override
    public FileInput open(String name) throws IOException {
        Path file = resolve(name);
        try {
            return new ChannelInput(file, FileChannel.open(file, StandardOpenOption.READ));
        } catch (IOException e) {
            throw named("open", file, e);
        }
    }

    @Override
    public MappedFile map(String name) throws IOException {
        Path file = resolve(name);
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Mapping(
                    arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            arena.close();
            throw named("map", file, e);
        }
    }

    @Override
    public void link(String link, String existing) throws IOException {
        Path file = resolve(link);
        try {
            Files.createLink(file, resolve(existing));
        } catch (UnsupportedOperationException e) {
            throw new IOException(
                    "link %s: the file store has no hard links, which commits need".formatted(file),
                    e);
        } catch (IOException e) {
            throw named("link", file, e);
        }
    }

    @Override
    public void adopt(Directory from, String name) throws IOException {
        if (from instanceof MmapDirectory other) {
            Path source = other.resolve(name);
            try {
                Files.createLink(resolve(name), source);
                return;
            } catch (NoSuchFileException | FileAlreadyExistsException e) {
                throw e;
            } catch (UnsupportedOperationException | IOException e) {
                LOG.log(Level.DEBUG, () -> "no link, copied file=%s: %s".formatted(source, e));
            }
        }
        Directory.super.adopt(from, name);
    }

    @Override
    public void delete(String name) throws IOException {
        Path file = resolve(name);
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw named("delete", file, e);
        }
    }

    @Override
    public List<String> list() throws IOException {
        return names(Files::isRegularFile);
    }

    @Override
    public List<String> folders() throws IOException {
        return names(Files::isDirectory);
    }

    @Override
    public Directory folder(String name) throws IOException {
        Path folder = resolve(name);
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder);
            }
            // Forced even if it was there: whoever made it may have died before doing so.
            forceFolder(path);
            return new MmapDirectory(folder);
        } catch (IOException e) {
            throw named("create folder", folder, e);
        }
    }

    @Override
    public void deleteFolder(String name) throws IOException {
        Path folder = resolve(name);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(folder.toString(), null, "no such folder");
        }
        try {
            Files.delete(folder);
        } catch (IOException e) {
            throw named("delete folder", folder, e);
        }
    }

    @Override
    public void force() throws IOException {
        forceFolder(path);
    }

    @Override
    public void force(String name) throws IOException {
        Path file = resolve(name);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            forceChannel(file, channel);
        } catch (IOException e) {
            throw named("force", file, e);
        }
    }

    @Override
    public DirectoryLock lock() throws IOException {
        return FolderLock.take(path);
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    @Override
    public String describe() {
        return path.toString();
    }

    @Override
    public String toString() {
        return describe();
    }

    private Path resolve(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new MillraceException.Bug(
                    "file name '%s' in %s, expected %s".formatted(name, path, NAME));
        }
        return path.resolve(name);
    }

    private List<String> names(Predicate<Path> wanted) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(wanted)
                    .map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            forceChannel(folder, channel);
        }
    }

    private static void forceChannel(Path file, FileChannel channel) throws DurabilityLost {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw new DurabilityLost("force of " + file + " failed: " + e.getMessage(), e);
        }
    }

    /// The failure with its place, told apart by what its owner can do about it.
    private static IOException named(String action, Path file, IOException e) {
        if (e instanceof NoSuchFileException
                || e instanceof FileAlreadyExistsException
                || e instanceof DirectoryNotEmptyException
                || e instanceof DurabilityLost
                || e instanceof StoreFull) {
            return e;
        }
        String message = "%s %s: %s".formatted(action, file, e.getMessage());
        return StoreErrors.isFull(e) ? new StoreFull(message, e) : new IOException(message, e);
    }

    /// Owned by the thread that writes the file.
    private static final class ChannelOutput implements FileOutput {
        private final Path file;
        private final FileChannel channel;
        private long length;

        ChannelOutput(Path file, FileChannel channel) {
            this.file = file;
            this.channel = channel;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            int end = bytes.limit();
            try {
                while (bytes.position() < end) {
                    bytes.limit(Math.min(end, bytes.position() + CHUNK_BYTES));
                    length += channel.write(bytes);
                }
            } catch (IOException e) {
                throw named("write", file, e);
            } finally {
                bytes.limit(end);
            }
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public void force() throws IOException {
            // On the writing channel: a later opener may not be told that write-back failed.
            forceChannel(file, channel);
            long size = channel.size();
            if (size != length) {
                throw new DurabilityLost(
                        "%s has %d bytes after force, %d were written"
                                .formatted(file, size, length),
                        null);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private record ChannelInput(Path file, FileChannel channel) implements FileInput {
        @Override
        public long length() throws IOException {
            return channel.size();
        }

        @Override
        public void readFully(long position, ByteBuffer into) throws IOException {
            int end = into.limit();
            long at = position;
            try {
                while (into.position() < end) {
                    into.limit(Math.min(end, into.position() + CHUNK_BYTES));
                    int read = channel.read(into, at);
                    if (read < 0) {
                        throw new EOFException(
                                "%s ends at %d, %d bytes missing"
                                        .formatted(file, at, end - into.position()));
                    }
                    at += read;
                }
            } finally {
                into.limit(end);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private record Mapping(Arena arena, MemorySegment memory) implements MappedFile {
        @Override
        public void close() {
            arena.close();
        }
    }
}
