package io.millrace.index;

import io.millrace.document.Document;
import io.millrace.document.Schema;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.Fuzzing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Damaged records, rejects, documents and schemas whose checksums are true.
class RecordFuzzTest {
    private static final Logger LOG = Logger.getLogger("io.millrace.index");

    private final FaultDirectory folder = new FaultDirectory();

    @BeforeEach
    void fill() {
        LOG.setLevel(Level.OFF);
        new CrashRun(CrashScenario.USUAL, folder).untilFailure();
    }

    @AfterEach
    void speakAgain() {
        LOG.setLevel(null);
    }

    @Test
    void aCommitRecordOfTrueChecksumIsReadOrRefused() throws Exception {
        Fuzzing.run(
                "commit record",
                contents(".commit"),
                file -> {
                    int end = file.length - FramedDocument.CRC_BYTES;
                    if (end >= FramedDocument.BODY_OFFSET) {
                        ByteBuffer.wrap(file)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putLong(0, Long.reverseBytes(CommitRecordLayout.MAGIC))
                                .putInt(FramedDocument.VERSION_OFFSET, CommitRecordLayout.VERSION)
                                .putInt(
                                        FramedDocument.LENGTH_OFFSET,
                                        end - FramedDocument.BODY_OFFSET);
                        ByteBuffer.wrap(file)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putInt(end, crc(file, end));
                    }
                    return file;
                },
                0,
                file ->
                        CommitRecordLayout.decode(
                                "c-1.commit", ByteBuffer.wrap(file), _ -> IndexScenario.SCHEMA));
    }

    @Test
    void aRejectsFileOfTrueChecksumIsReadOrRefused() throws Exception {
        String name = "r-01JD0000000000000000000000.rejects";
        Fuzzing.run(
                "rejects",
                contents(".rejects"),
                file -> {
                    int trailer = file.length - RejectsLayout.TRAILER_BYTES;
                    if (trailer >= RejectsLayout.HEADER_BYTES) {
                        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
                        bytes.putLong(0, Long.reverseBytes(RejectsLayout.MAGIC));
                        bytes.putInt(RejectsLayout.VERSION_OFFSET, RejectsLayout.VERSION);
                        bytes.putLong(
                                trailer + RejectsLayout.TRAILER_MAGIC_OFFSET,
                                Long.reverseBytes(RejectsLayout.MAGIC));
                        bytes.putInt(
                                trailer + RejectsLayout.TRAILER_CRC_OFFSET, crc(file, trailer));
                    }
                    return file;
                },
                0,
                file -> {
                    FaultDirectory disk = new FaultDirectory();
                    disk.plant(name, file);
                    int trailer = file.length - RejectsLayout.TRAILER_BYTES;
                    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
                    int crc =
                            trailer < 0
                                    ? 0
                                    : bytes.getInt(trailer + RejectsLayout.TRAILER_CRC_OFFSET);
                    int count = trailer < 0 ? 0 : bytes.getInt(trailer);
                    RejectsReader.scan(
                            disk, new RejectsMeta(name, file.length, crc, count), _ -> {});
                });
    }

    @Test
    void aDocumentIsReadOrRefused() throws Exception {
        List<byte[]> documents = bodies();
        Fuzzing.run(
                "document",
                documents,
                file -> file,
                // A tree of values is larger than their bytes.
                1 << 20,
                file -> Document.ofBytes(file).root());
    }

    @Test
    void aSchemaIsReadOrRefused() throws Exception {
        byte[] schema = Document.of(IndexScenario.SCHEMA.toValue()).bytes();
        Fuzzing.run(
                "schema",
                List.of(schema),
                file -> file,
                1 << 20,
                file -> Schema.fromValue(Document.ofBytes(file).root()));
    }

    private List<byte[]> bodies() throws Exception {
        List<byte[]> bodies = new ArrayList<>();
        for (byte[] file : contents(".commit")) {
            bodies.add(
                    java.util.Arrays.copyOfRange(
                            file,
                            FramedDocument.BODY_OFFSET,
                            file.length - FramedDocument.CRC_BYTES));
        }
        bodies.add(IndexScenario.document("key", 5).bytes());
        return bodies;
    }

    private List<byte[]> contents(String ending) throws Exception {
        List<byte[]> contents = new ArrayList<>();
        for (String name : folder.list()) {
            if (name.endsWith(ending)) {
                contents.add(folder.content(name));
            }
        }
        return contents;
    }

    private static int crc(byte[] bytes, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, end);
        return (int) crc.getValue();
    }
}
