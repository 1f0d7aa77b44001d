package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import io.millrace.document.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The file of a commit record: a [FramedDocument] whose body explains itself ([CommitRecordBody]).
/// The next record of the chain repeats its checksum.
final class CommitRecordLayout {
    static final long MAGIC = 0x4D494C4C_434F4D31L; // "MILLCOM1"
    static final int VERSION = 1;

    private static final FramedDocument FRAME = new FramedDocument("commit record", MAGIC, VERSION);

    private CommitRecordLayout() {}

    /// A record with the checksum that its file ends with, and how long that is.
    record Sealed(CommitRecord record, int crc, int lengthBytes) {}

    /// Where schemas are that a record only names.
    @FunctionalInterface
    interface Schemas {
        Schema read(SchemaFile.Meta file) throws IOException;
    }

    static ByteBuffer encode(CommitRecord record) {
        return FRAME.encode(Document.of(CommitRecordBody.toValue(record)));
    }

    /// @param name what messages call the file
    /// @throws MillraceException.Corrupt when the bytes are not exactly one whole record
    static Sealed decode(String name, ByteBuffer bytes, Schemas schemas) throws IOException {
        int size = bytes.limit();
        FramedDocument.Checked checked = FRAME.decode(name, bytes);
        try {
            return new Sealed(
                    CommitRecordBody.fromValue(checked.document().root(), schemas),
                    checked.crc(),
                    size);
        } catch (MillraceException e) {
            throw FRAME.corrupt(name, String.valueOf(e.getMessage()), e);
        }
    }
}
