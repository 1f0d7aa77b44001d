package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.change.SourcePartition;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.directory.FileOutput;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes and reads rejects files ([RejectsLayout] draws them). Rejects are written as they come,
/// so that a flood of them never has to fit in memory.
///
/// The instance is a file being written, confined to the lane that owns it.
final class RejectsFile {
    private static final Logger LOG = System.getLogger(RejectsFile.class.getName());

    private final String name;
    private final FileOutput output;
    private final CRC32C crc = new CRC32C();
    private int count;

    private RejectsFile(String name, FileOutput output) {
        this.name = name;
        this.output = output;
    }

    static RejectsFile create(Directory directory, String name) throws IOException {
        RejectsFile file = new RejectsFile(name, directory.create(name));
        ByteBuffer header =
                buffer(RejectsLayout.HEADER_BYTES)
                        .putLong(Long.reverseBytes(RejectsLayout.MAGIC))
                        .putInt(RejectsLayout.VERSION)
                        .putInt(0)
                        .flip();
        try {
            file.append(header);
            return file;
        } catch (IOException | RuntimeException | Error e) {
            file.abandon();
            throw e;
        }
    }

    void add(Reject reject) throws IOException {
        append(encode(reject));
        count++;
    }

    /// Writes the end, forces the bytes and closes the file; the name is forced by the caller.
    RejectsMeta finish() throws IOException {
        int sum = (int) crc.getValue();
        append(
                buffer(RejectsLayout.TRAILER_BYTES)
                        .putInt(count)
                        .putInt(sum)
                        .putLong(Long.reverseBytes(RejectsLayout.MAGIC))
                        .flip());
        output.force();
        output.close();
        return new RejectsMeta(name, output.length(), sum, count);
    }

    /// Closes the file as it is; whoever named it deletes it.
    void abandon() {
        try {
            output.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "close failed file=" + name, e);
        }
    }

    private void append(ByteBuffer bytes) throws IOException {
        crc.update(bytes.duplicate());
        output.write(bytes);
    }

    /// Hands every reject of a file to `consumer`, in the order they were added.
    ///
    /// @throws MillraceException.Corrupt when the file is not what the meta and its own sum say;
    ///   `consumer` has then been given nothing
    static void read(Directory directory, RejectsMeta meta, Consumer<Reject> consumer)
            throws IOException {
        ByteBuffer file = readWhole(directory, meta);
        int trailer = file.limit() - RejectsLayout.TRAILER_BYTES;
        CRC32C computed = new CRC32C();
        computed.update(file.slice(0, trailer));
        int stored = file.getInt(trailer + RejectsLayout.TRAILER_CRC_OFFSET);
        if ((int) computed.getValue() != stored || stored != meta.crc()) {
            throw corrupt(
                    meta,
                    "checksum %08x, stored %08x, expected %08x"
                            .formatted((int) computed.getValue(), stored, meta.crc()),
                    null);
        }
        int version = file.getInt(RejectsLayout.VERSION_OFFSET);
        int entries = file.getInt(trailer);
        boolean isWhole =
                file.getLong(0) == Long.reverseBytes(RejectsLayout.MAGIC)
                        && file.getLong(trailer + RejectsLayout.TRAILER_MAGIC_OFFSET)
                                == Long.reverseBytes(RejectsLayout.MAGIC);
        if (!isWhole || version != RejectsLayout.VERSION || entries != meta.count()) {
            throw corrupt(
                    meta,
                    "version %d, %d entries, expected version %d, %d entries and magic at both ends"
                            .formatted(version, entries, RejectsLayout.VERSION, meta.count()),
                    null);
        }
        file.position(RejectsLayout.HEADER_BYTES).limit(trailer);
        try {
            for (int i = 0; i < meta.count(); i++) {
                int length = file.getInt();
                consumer.accept(
                        decode(file.slice(file.position(), length).order(ByteOrder.LITTLE_ENDIAN)));
                file.position(file.position() + length);
            }
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException e) {
            throw corrupt(meta, "entry damaged", e);
        }
    }

    private static ByteBuffer readWhole(Directory directory, RejectsMeta meta) throws IOException {
        try (FileInput input = directory.open(meta.name())) {
            int lengthMin = RejectsLayout.HEADER_BYTES + RejectsLayout.TRAILER_BYTES;
            if (input.length() != meta.lengthBytes() || meta.lengthBytes() < lengthMin) {
                throw corrupt(
                        meta,
                        "%d bytes, expected %d".formatted(input.length(), meta.lengthBytes()),
                        null);
            }
            ByteBuffer file = buffer(Math.toIntExact(meta.lengthBytes()));
            input.readFully(0, file);
            return file.flip();
        } catch (EOFException e) {
            throw corrupt(meta, "ends before its length", e);
        }
    }

    private static ByteBuffer encode(Reject reject) {
        Origin origin = reject.origin();
        byte[] stage = utf8(reject.stage().label());
        byte[] reason = utf8(reject.reason());
        byte[] stream = utf8(origin.partition().stream());
        byte[] key = origin.key();
        byte[] value = origin.value();
        int length =
                5 * Integer.BYTES
                        + Integer.BYTES
                        + 2 * Long.BYTES
                        + stage.length
                        + reason.length
                        + stream.length
                        + origin.sizeBytes();
        ByteBuffer entry = buffer(RejectsLayout.ENTRY_LENGTH_BYTES + length).putInt(length);
        putBytes(entry, stage);
        putBytes(entry, reason);
        putBytes(entry, stream);
        entry.putInt(origin.partition().partition());
        entry.putLong(origin.position());
        entry.putLong(origin.timestampMillis());
        putBytes(entry, key);
        putBytes(entry, value);
        return entry.flip();
    }

    private static Reject decode(ByteBuffer body) {
        String stage = string(body);
        String reason = string(body);
        String stream = string(body);
        int partition = body.getInt();
        long position = body.getLong();
        long timestampMillis = body.getLong();
        byte[] key = bytes(body);
        byte[] value = bytes(body);
        return new Reject(
                Reject.Stage.valueOf(stage.toUpperCase(Locale.ROOT)),
                reason,
                new Origin(
                        new SourcePartition(stream, partition),
                        position,
                        timestampMillis,
                        key,
                        value));
    }

    private static void putBytes(ByteBuffer out, byte @Nullable [] bytes) {
        if (bytes == null) {
            out.putInt(RejectsLayout.NULL_BYTES);
        } else {
            out.putInt(bytes.length).put(bytes);
        }
    }

    private static byte @Nullable [] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length == RejectsLayout.NULL_BYTES) {
            return null;
        }
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException(length + " bytes of " + in.remaining());
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static String string(ByteBuffer in) {
        byte[] utf8 = bytes(in);
        if (utf8 == null) {
            throw new IllegalArgumentException("no string");
        }
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static MillraceException.Corrupt corrupt(
            RejectsMeta meta, String what, @Nullable Throwable cause) {
        String message = "rejects " + meta.name() + ": " + what;
        return cause == null
                ? new MillraceException.Corrupt(message)
                : new MillraceException.Corrupt(message, cause);
    }
}
