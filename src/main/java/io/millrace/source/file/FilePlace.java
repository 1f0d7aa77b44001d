package io.millrace.source.file;

import io.millrace.MillraceException;
import io.millrace.change.Position;
import io.millrace.change.SourceIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Where a file lies, and whether it is still the one that was read. Stateless.
final class FilePlace {
    private static final int HEAD_BYTES = 4_096;
    private static final int TAIL_BYTES = 1_024;

    private final FileBinding binding;

    FilePlace(FileBinding binding) {
        this.binding = binding;
    }

    /// How a file looks from outside.
    record Look(long sizeBytes, long modifiedMillis, @Nullable Object fileKey) {}

    Look look() throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(real(), BasicFileAttributes.class);
        return new Look(
                attributes.size(), attributes.lastModifiedTime().toMillis(), attributes.fileKey());
    }

    /// @throws MillraceException.InvalidRequest when the path leads out of the folder, or to no
    ///   file
    /// @throws MillraceException.Unavailable while there is no such file
    FileChannel open() {
        try {
            return FileChannel.open(real(), StandardOpenOption.READ);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private Path real() throws IOException {
        Path folder = binding.folder().toRealPath();
        Path file = folder.resolve(binding.path()).toRealPath();
        if (!file.startsWith(folder)) {
            throw MillraceException.InvalidRequest.conflict(
                    "file %s is a link that leads out of %s (millrace.files-dir), expected a file in it"
                            .formatted(binding.path(), binding.folder()));
        }
        if (!Files.isRegularFile(file)) {
            throw MillraceException.InvalidRequest.conflict(
                    "%s in %s is no regular file".formatted(binding.path(), binding.folder()));
        }
        return file;
    }

    MillraceException.Unavailable unreadable(IOException e) {
        return new MillraceException.Unavailable(
                e instanceof NoSuchFileException
                        ? "file %s does not exist in %s yet (millrace.files-dir)"
                                .formatted(binding.path(), binding.folder())
                        : "file %s cannot be read: %s".formatted(binding.path(), e.getMessage()),
                e);
    }

    SourceIdentity identity(FileChannel file) throws IOException {
        int head = (int) Math.min(HEAD_BYTES, file.size());
        return SourceIdentity.of(
                Map.of(
                        "file", binding.path(),
                        "head-bytes", Integer.toString(head),
                        "head-crc32c", Long.toHexString(crc(file, 0, head))));
    }

    /// The position at an offset: its epoch is a check of the bytes before it.
    Position position(FileChannel file, long offset) throws IOException {
        return offset == 0 ? Position.of(0) : new Position(offset, tail(file, offset));
    }

    /// @throws MillraceException.Fenced when the file is not the one that was read up to here
    void check(FileChannel file, SourceIdentity identity, Position from) throws IOException {
        Map<String, String> facts = identity.facts();
        String headBytes = facts.get("head-bytes");
        if (headBytes == null || !binding.path().equals(facts.get("file"))) {
            throw changed("the index was made from " + facts);
        }
        int head = Integer.parseInt(headBytes);
        if (file.size() < from.next()) {
            throw changed("it has %d bytes, %d were read".formatted(file.size(), from.next()));
        }
        if (file.size() < head
                || !Long.toHexString(crc(file, 0, head)).equals(facts.get("head-crc32c"))) {
            throw changed("its first %d bytes are others".formatted(head));
        }
        if (from.epoch() != Position.NO_EPOCH && tail(file, from.next()) != from.epoch()) {
            throw changed("the bytes before offset %d are others".formatted(from.next()));
        }
    }

    private MillraceException.Fenced changed(String how) {
        return new MillraceException.Fenced(
                "file %s is not the one that was read: %s; give it a new name and a new index, or put the old one back"
                        .formatted(binding.path(), how));
    }

    private static int tail(FileChannel file, long offset) throws IOException {
        int length = (int) Math.min(TAIL_BYTES, offset);
        return (int) (crc(file, offset - length, length) & Integer.MAX_VALUE);
    }

    private static long crc(FileChannel file, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {}
        CRC32C crc = new CRC32C();
        crc.update(bytes.flip());
        return crc.getValue();
    }
}
