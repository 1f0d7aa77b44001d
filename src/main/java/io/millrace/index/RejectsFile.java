package io.millrace.index;

import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.directory.Directory;
import io.millrace.directory.FileOutput;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A rejects file that is being written ([RejectsLayout] draws it), confined to the lane that owns
/// it. Rejects are written as they come, so that a flood of them never has to fit in memory.
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

    private static void putBytes(ByteBuffer out, byte @Nullable [] bytes) {
        if (bytes == null) {
            out.putInt(RejectsLayout.NULL_BYTES);
        } else {
            out.putInt(bytes.length).put(bytes);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
