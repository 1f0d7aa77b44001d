package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The file of a commit record.
///
/// ```
/// file := magic u64 | version u32 | length u32 | body {length bytes} | crc u32
/// body := the record as a document (CommitRecordBody), so that it explains itself
/// crc  := CRC32C of everything before it; the next record of the chain repeats it
/// ```
///
/// Little-endian, except the magic, which reads as text.
final class CommitRecordLayout {
    static final long MAGIC = 0x4D494C4C_434F4D31L; // "MILLCOM1"
    static final int VERSION = 1;

    static final int VERSION_OFFSET = 8;
    static final int LENGTH_OFFSET = 12;
    static final int BODY_OFFSET = 16;
    static final int CRC_BYTES = 4;

    /// A record above this is damaged, not large: refused before anything is allocated.
    static final int LENGTH_MAX = 256 << 20;

    private CommitRecordLayout() {}

    /// A record with the checksum that its file ends with, and how long that is.
    record Sealed(CommitRecord record, int crc, int lengthBytes) {}

    static ByteBuffer encode(CommitRecord record) {
        byte[] body = Document.of(CommitRecordBody.toValue(record)).bytes();
        if (body.length > LENGTH_MAX - BODY_OFFSET - CRC_BYTES) {
            throw new MillraceException.Bug(
                    "commit record of generation %d: %d bytes, expected at most %d"
                            .formatted(
                                    record.generation(),
                                    body.length,
                                    LENGTH_MAX - BODY_OFFSET - CRC_BYTES));
        }
        ByteBuffer file =
                ByteBuffer.allocate(BODY_OFFSET + body.length + CRC_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(Long.reverseBytes(MAGIC)).putInt(VERSION).putInt(body.length).put(body);
        return file.putInt(crc(file)).flip();
    }

    /// The checksum of an encoded record.
    static int storedCrc(ByteBuffer file) {
        return file.getInt(file.limit() - CRC_BYTES);
    }

    /// @param name what messages call the file
    /// @throws MillraceException.Corrupt when the bytes are not exactly one whole record
    static Sealed decode(String name, ByteBuffer bytes) {
        ByteBuffer file = bytes.order(ByteOrder.LITTLE_ENDIAN);
        int size = file.limit();
        if (size < BODY_OFFSET + CRC_BYTES) {
            throw corrupt(name, size + " bytes, too short for a record");
        }
        long magic = Long.reverseBytes(file.getLong(0));
        int version = file.getInt(VERSION_OFFSET);
        int length = file.getInt(LENGTH_OFFSET);
        if (magic != MAGIC) {
            throw corrupt(name, "magic %016x, expected %016x".formatted(magic, MAGIC));
        }
        if (length != size - BODY_OFFSET - CRC_BYTES) {
            throw corrupt(name, "%d bytes, its length field says %d".formatted(size, length));
        }
        int computed = crc(file.position(size - CRC_BYTES));
        int stored = storedCrc(file);
        if (computed != stored) {
            throw corrupt(name, "checksum %08x, stored %08x".formatted(computed, stored));
        }
        // After the checksum: a version we do not know is a newer release, not damage.
        if (version != VERSION) {
            throw corrupt(
                    name, "format version %d, this release reads %d".formatted(version, VERSION));
        }
        byte[] body = new byte[length];
        file.get(BODY_OFFSET, body);
        try {
            return new Sealed(
                    CommitRecordBody.fromValue(Document.ofBytes(body).root()), computed, size);
        } catch (MillraceException e) {
            throw new MillraceException.Corrupt("commit record " + name + ": " + e.getMessage(), e);
        }
    }

    /// Of everything before the buffer's position.
    private static int crc(ByteBuffer file) {
        CRC32C crc = new CRC32C();
        crc.update(file.duplicate().flip());
        return (int) crc.getValue();
    }

    private static MillraceException.Corrupt corrupt(String name, String what) {
        return new MillraceException.Corrupt("commit record " + name + ": " + what);
    }
}
