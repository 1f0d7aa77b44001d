package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.directory.FileOutput;
import io.millrace.document.Document;
import io.millrace.document.Schema;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.util.function.Consumer;

/// The file of a schema that is too large for every commit record to repeat it, a [FramedDocument].
/// All records of that version name the same file.
final class SchemaFile {
    static final long MAGIC = 0x4D494C4C_53434831L; // "MILLSCH1"
    static final int VERSION = 1;

    private static final FramedDocument FRAME = new FramedDocument("schema", MAGIC, VERSION);

    /// The facts about a schema file that a commit record holds.
    ///
    /// - crc: what the file ends with
    record Meta(String name, long lengthBytes, int crc) {}

    private SchemaFile() {}

    /// Writes and forces a file, whose name is forced by the caller, unless the schema is small
    /// enough for the record.
    ///
    /// @param onBegin is given the name before the first byte
    static StoredSchema store(
            Directory directory, Schema schema, int inRecordBytesMax, Consumer<String> onBegin)
            throws IOException {
        Document document = Document.of(schema.toValue());
        if (document.sizeBytes() <= inRecordBytesMax) {
            return StoredSchema.inRecord(schema);
        }
        String name = new IndexFile.SchemaVersion(schema.version()).name();
        ByteBuffer bytes = FRAME.encode(document);
        Meta meta = new Meta(name, bytes.remaining(), FramedDocument.storedCrc(bytes));
        onBegin.accept(name);
        try (FileOutput output = create(directory, name)) {
            output.write(bytes);
            output.force();
        }
        return new StoredSchema(schema, meta);
    }

    /// One may be left of a generation that was given up.
    private static FileOutput create(Directory directory, String name) throws IOException {
        try {
            return directory.create(name);
        } catch (FileAlreadyExistsException e) {
            directory.delete(name);
            return directory.create(name);
        }
    }

    /// @throws MillraceException.Corrupt when the file is not what the meta and its own sum say
    static Schema read(Directory directory, Meta meta) throws IOException {
        ByteBuffer bytes;
        try (FileInput input = directory.open(meta.name())) {
            if (input.length() != meta.lengthBytes()
                    || meta.lengthBytes() > FramedDocument.LENGTH_MAX) {
                throw FRAME.corrupt(
                        meta.name(),
                        "%d bytes, expected %d".formatted(input.length(), meta.lengthBytes()));
            }
            bytes = ByteBuffer.allocate(Math.toIntExact(meta.lengthBytes()));
            input.readFully(0, bytes);
        } catch (EOFException e) {
            throw new MillraceException.Corrupt("schema " + meta.name() + " is cut off", e);
        }
        FramedDocument.Checked checked = FRAME.decode(meta.name(), bytes.flip());
        if (checked.crc() != meta.crc()) {
            throw FRAME.corrupt(
                    meta.name(),
                    "checksum %08x, expected %08x".formatted(checked.crc(), meta.crc()));
        }
        return Schema.fromValue(checked.document().root());
    }
}
