package io.millrace.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// One folder of write-once files.
///
/// A file's bytes are durable after [FileOutput#force]; its name (also a link, also a deletion) is
/// durable only after [#force]. A crash may keep or lose anything that was not forced, each on its
/// own.
public interface Directory {
    /// What [#adopt] copies at a time.
    int COPY_BYTES = 256 << 10;

    /// Creates a file for writing. Every method that makes or writes something throws [StoreFull]
    /// when there is no room for it.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException when the name is taken
    FileOutput create(String name) throws IOException;

    /// Opens a file for positional reads through a channel.
    ///
    /// @throws java.nio.file.NoSuchFileException when there is none
    FileInput open(String name) throws IOException;

    /// Maps a whole file read-only. The caller closes it when its last reader is gone.
    MappedFile map(String name) throws IOException;

    /// Gives a file a second name.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException when `link` is taken: this is what makes a
    ///   commit atomic and exclusive
    void link(String link, String existing) throws IOException;

    /// Gives a file of another folder the same name here, with its bytes durable: a second name of
    /// the same file where both lie on one store, else a copy. The name needs [#force].
    ///
    /// @throws java.nio.file.FileAlreadyExistsException when the name is taken
    default void adopt(Directory from, String name) throws IOException {
        try (FileInput in = from.open(name);
                FileOutput out = create(name)) {
            ByteBuffer piece = ByteBuffer.allocate(COPY_BYTES);
            long length = in.length();
            for (long at = 0; at < length; at += piece.limit()) {
                piece.clear().limit((int) Math.min(COPY_BYTES, length - at));
                in.readFully(at, piece);
                out.write(piece.flip());
            }
            out.force();
        }
    }

    /// @throws java.nio.file.NoSuchFileException when there is none
    void delete(String name) throws IOException;

    /// Names of the files in this folder, sorted; folders are not listed.
    List<String> list() throws IOException;

    /// Names of the folders in this folder, sorted.
    List<String> folders() throws IOException;

    /// A folder in this folder, created (and its name forced) if need be.
    Directory folder(String name) throws IOException;

    /// Removes an empty folder of this folder; durable after [#force].
    ///
    /// @throws java.nio.file.DirectoryNotEmptyException when anything is in it
    /// @throws java.nio.file.NoSuchFileException when there is none
    void deleteFolder(String name) throws IOException;

    /// Makes every name created, linked or deleted so far durable.
    ///
    /// @throws DurabilityLost when the operating system reports a failure; never retried
    void force() throws IOException;

    /// Makes the bytes of an existing file durable again. For recovery only: what a process that
    /// died may have written but not forced.
    ///
    /// @throws DurabilityLost as [#force()]
    void force(String name) throws IOException;

    /// Takes the lock of this folder for this process.
    ///
    /// @throws io.millrace.MillraceException.Fenced when somebody else holds it
    DirectoryLock lock() throws IOException;

    /// Bytes that can still be written to the file store.
    long usableBytes() throws IOException;

    /// What messages call this folder.
    String describe();
}
