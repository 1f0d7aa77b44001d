package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.CommitRecord.SegmentEntry;
import io.millrace.segment.DeleteVectorMeta;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommitRecordTest {
    private static final String ULID = "01JD0000000000000000000000";

    @Test
    void aRecordReadsBackAsItWasWritten() throws IOException {
        CommitRecord record = record();

        ByteBuffer file = CommitRecordLayout.encode(record);
        CommitRecordLayout.Sealed sealed = decode("c-7.commit", file.duplicate());

        assertEquals(record, sealed.record());
        assertEquals(FramedDocument.storedCrc(file), sealed.crc());
    }

    @Test
    void everyFlippedBitIsFound() {
        ByteBuffer file = CommitRecordLayout.encode(record());
        for (int bit = 0; bit < file.limit() * 8; bit++) {
            byte[] bytes = file.array().clone();
            bytes[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThrows(
                    MillraceException.Corrupt.class,
                    () -> decode("x", ByteBuffer.wrap(bytes)),
                    "bit " + bit);
        }
    }

    @Test
    void everyCutOffIsFound() {
        ByteBuffer file = CommitRecordLayout.encode(record());
        for (int length = 0; length < file.limit(); length++) {
            ByteBuffer cut = ByteBuffer.wrap(file.array().clone(), 0, length).slice();
            assertThrows(
                    MillraceException.Corrupt.class, () -> decode("x", cut), "length " + length);
        }
    }

    @Test
    void namesOfOtherFormsAreForeign() {
        for (String name :
                List.of(
                        "lock",
                        "c-0.commit",
                        "c-01.commit",
                        "c-1.commit.bak",
                        "C-1.commit",
                        "s-" + ULID,
                        "s-" + ULID + ".seg~",
                        "s-01jd0000000000000000000000.seg",
                        "s-01JD000000000000000000000U.seg",
                        "notes.txt",
                        "m-0.schema",
                        "m-01.schema",
                        "m-1.schema.bak",
                        "c-9999999999999999999.commit")) {
            assertEquals(java.util.Optional.empty(), IndexFile.parse(name), name);
        }
        assertEquals(new IndexFile.Commit(12), IndexFile.parse("c-12.commit").orElseThrow());
        assertEquals(new IndexFile.Pending(12), IndexFile.parse("c-12.pending").orElseThrow());
        assertEquals(new IndexFile.SchemaVersion(3), IndexFile.parse("m-3.schema").orElseThrow());
        for (String name : List.of("s-%s.seg", "d-%s.dv", "r-%s.rejects")) {
            String whole = name.formatted(ULID);
            assertEquals(new IndexFile.Content(whole), IndexFile.parse(whole).orElseThrow());
        }
    }

    private static CommitRecordLayout.Sealed decode(String name, ByteBuffer file)
            throws IOException {
        return CommitRecordLayout.decode(
                name,
                file,
                schema -> {
                    throw new NoSuchFileException(schema.name());
                });
    }

    private static CommitRecord record() {
        return new CommitRecord(
                "quakes",
                "9f8e7d6c5b4a3921",
                7,
                0xCAFEBABE,
                ULID,
                CommitKind.INDEX,
                List.of(
                        new SegmentEntry(
                                new SegmentMeta(new SegmentId(ULID), 4096, -17, 10, 1),
                                "d-" + ULID + ".dv",
                                3),
                        new SegmentEntry(
                                new SegmentMeta(
                                        new SegmentId("01JD0000000000000000000001"), 99, 5, 2, 1),
                                null,
                                0)),
                List.of(new DeleteVectorMeta("d-" + ULID + ".dv", 512, 99)),
                List.of(new RejectsMeta("r-" + ULID + ".rejects", 77, -1, 2)),
                Checkpoint.of(Map.of(new SourcePartition("quakes", 0), new Position(1707, 4))),
                SourceIdentity.of(Map.of("cluster", "abc", "topic", "def")),
                1707,
                StoredSchema.inRecord(
                        new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD)))),
                List.of(new Value.Obj(Map.of("kind", Value.of("INDEX")))),
                5,
                2,
                7,
                9,
                1_795_000_000_000L);
    }
}
