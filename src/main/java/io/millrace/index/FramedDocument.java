package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// A file that is one document.
///
/// ```
/// file := magic u64 | version u32 | length u32 | body {length bytes} | crc u32
/// crc  := CRC32C of everything before it
/// ```
///
/// Little-endian, except the magic, which reads as text.
///
/// @param what messages call such a file
record FramedDocument(String what, long magic, int version) {
    static final int VERSION_OFFSET = 8;
    static final int LENGTH_OFFSET = 12;
    static final int BODY_OFFSET = 16;
    static final int CRC_BYTES = 4;

    /// A file above this is damaged, not large: refused before anything is allocated.
    static final int LENGTH_MAX = 256 << 20;

    /// A document with the checksum that its file ends with.
    record Checked(Document document, int crc) {}

    ByteBuffer encode(Document document) {
        byte[] body = document.bytes();
        if (body.length > LENGTH_MAX - BODY_OFFSET - CRC_BYTES) {
            throw new MillraceException.Bug(
                    "%s: %d bytes, expected at most %d"
                            .formatted(what, body.length, LENGTH_MAX - BODY_OFFSET - CRC_BYTES));
        }
        ByteBuffer file =
                ByteBuffer.allocate(BODY_OFFSET + body.length + CRC_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(Long.reverseBytes(magic)).putInt(version).putInt(body.length).put(body);
        return file.putInt(crcBefore(file)).flip();
    }

    /// The checksum of an encoded file.
    static int storedCrc(ByteBuffer file) {
        return file.getInt(file.limit() - CRC_BYTES);
    }

    /// @param name what messages call the file
    /// @throws MillraceException.Corrupt when the bytes are not exactly one whole file
    Checked decode(String name, ByteBuffer bytes) {
        ByteBuffer file = bytes.order(ByteOrder.LITTLE_ENDIAN);
        int size = file.limit();
        if (size < BODY_OFFSET + CRC_BYTES) {
            throw corrupt(name, size + " bytes, too short for a " + what);
        }
        long foundMagic = Long.reverseBytes(file.getLong(0));
        int foundVersion = file.getInt(VERSION_OFFSET);
        int length = file.getInt(LENGTH_OFFSET);
        if (foundMagic != magic) {
            throw corrupt(name, "magic %016x, expected %016x".formatted(foundMagic, magic));
        }
        if (length != size - BODY_OFFSET - CRC_BYTES) {
            throw corrupt(name, "%d bytes, its length field says %d".formatted(size, length));
        }
        int computed = crcBefore(file.position(size - CRC_BYTES));
        int stored = storedCrc(file);
        if (computed != stored) {
            throw corrupt(name, "checksum %08x, stored %08x".formatted(computed, stored));
        }
        // After the checksum: a version we do not know is a newer release, not damage.
        if (foundVersion != version) {
            throw corrupt(
                    name,
                    "format version %d, this release reads %d".formatted(foundVersion, version));
        }
        byte[] body = new byte[length];
        file.get(BODY_OFFSET, body);
        try {
            return new Checked(Document.ofBytes(body), computed);
        } catch (MillraceException e) {
            throw corrupt(name, String.valueOf(e.getMessage()), e);
        }
    }

    MillraceException.Corrupt corrupt(String name, String problem) {
        return new MillraceException.Corrupt("%s %s: %s".formatted(what, name, problem));
    }

    MillraceException.Corrupt corrupt(String name, String problem, Throwable cause) {
        return new MillraceException.Corrupt("%s %s: %s".formatted(what, name, problem), cause);
    }

    private static int crcBefore(ByteBuffer file) {
        CRC32C crc = new CRC32C();
        crc.update(file.duplicate().flip());
        return (int) crc.getValue();
    }
}
