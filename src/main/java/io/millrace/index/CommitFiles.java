package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.directory.FileOutput;
import io.millrace.document.Schema;
import io.millrace.index.CommitRecordLayout.Sealed;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Reads and writes commit records in their files, one step of the commit protocol per method.
final class CommitFiles {
    private static final Logger LOG = System.getLogger(CommitFiles.class.getName());

    private final Directory directory;

    /// The one that was read last: most records name the same. Racy on purpose.
    private volatile @Nullable StoredSchema lastRead;

    CommitFiles(Directory directory) {
        this.directory = directory;
    }

    private Schema schema(SchemaFile.Meta file) throws IOException {
        StoredSchema known = lastRead;
        if (known == null || !file.equals(known.file())) {
            known = new StoredSchema(SchemaFile.read(directory, file), file);
            lastRead = known;
        }
        return known.schema();
    }

    /// The newest generation that a list of names holds a record of.
    static OptionalLong newest(List<String> names) {
        return names.stream()
                .flatMap(name -> IndexFile.parse(name).stream())
                .filter(IndexFile.Commit.class::isInstance)
                .mapToLong(file -> ((IndexFile.Commit) file).generation())
                .max();
    }

    /// Step L4: the record is durable under a name that means nothing.
    Sealed writePending(CommitRecord record) throws IOException {
        String name = new IndexFile.Pending(record.generation()).name();
        ByteBuffer bytes = CommitRecordLayout.encode(record);
        Sealed sealed = new Sealed(record, FramedDocument.storedCrc(bytes), bytes.remaining());
        try (FileOutput output = createPending(name)) {
            output.write(bytes);
            output.force();
        }
        return sealed;
    }

    /// One may be left of an attempt at the same generation that could not be cleaned up.
    private FileOutput createPending(String name) throws IOException {
        try {
            return directory.create(name);
        } catch (FileAlreadyExistsException e) {
            directory.delete(name);
            return directory.create(name);
        }
    }

    /// Step L5: fails when the generation exists. Not durable before [Directory#force].
    void link(long generation) throws IOException {
        directory.link(
                new IndexFile.Commit(generation).name(), new IndexFile.Pending(generation).name());
    }

    /// Publishes generation 1. A failure leaves either no index or a whole one, as a crash does.
    Generation publishFirst(CommitRecord record) throws IOException {
        Sealed sealed = writePending(record);
        link(record.generation());
        directory.force();
        try {
            directory.delete(new IndexFile.Pending(record.generation()).name());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "pending record stays until the next open", e);
        }
        return new Generation(sealed, List.of());
    }

    /// @throws MillraceException.Corrupt when the file is damaged or another generation's
    Sealed read(long generation) throws IOException {
        String name = new IndexFile.Commit(generation).name();
        ByteBuffer bytes;
        try (FileInput input = directory.open(name)) {
            long length = input.length();
            if (length > FramedDocument.LENGTH_MAX) {
                throw new MillraceException.Corrupt(
                        "commit record %s: %d bytes, expected at most %d"
                                .formatted(name, length, FramedDocument.LENGTH_MAX));
            }
            bytes = ByteBuffer.allocate(Math.toIntExact(length));
            input.readFully(0, bytes);
        } catch (EOFException e) {
            throw new MillraceException.Corrupt("commit record " + name + " is cut off", e);
        }
        Sealed sealed = CommitRecordLayout.decode(name, bytes.flip(), this::schema);
        if (sealed.record().generation() != generation) {
            throw new MillraceException.Corrupt(
                    "commit record %s holds generation %d"
                            .formatted(name, sealed.record().generation()));
        }
        return sealed;
    }
}
