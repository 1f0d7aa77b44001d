package io.millrace.merge;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.Ulids;
import io.millrace.testing.FaultDirectory;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// What a merge is compared with before it replaces its inputs.
class MergedContentTest {
    private static final Schema SCHEMA =
            new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD)));
    private static final int COUNT = 1_200;

    private final FaultDirectory disk = new FaultDirectory();
    private final SplittableRandom names = new SplittableRandom(7);

    // keys, numbers and both ends are right, and what lies between is not.
    @Test
    void aMergeWithOtherContentsBetweenTheEndsIsRefused() throws IOException {
        MutableRoaringBitmap none = new MutableRoaringBitmap();
        MutableRoaringBitmap deleted = new MutableRoaringBitmap();
        deleted.add(1L, COUNT - 100L);
        try (SegmentReader input = segment(0, COUNT, 0);
                SegmentReader same = segment(0, COUNT, 0);
                SegmentReader other = segment(0, COUNT, 1)) {
            assertTrue(input.meta().lengthBytes() > 2 * (1600 << 10), "more than one sample");

            check(new MergeInput(input, none), same);
            assertThrows(
                    MillraceException.Corrupt.class,
                    () -> check(new MergeInput(input, none), other));
            // Most samples fall on deleted documents: the next live one is taken.
            try (SegmentReader rest = rest(0);
                    SegmentReader otherRest = rest(1)) {
                check(new MergeInput(input, deleted), rest);
                assertThrows(
                        MillraceException.Corrupt.class,
                        () -> check(new MergeInput(input, deleted), otherRest));
            }
        }
    }

    private static void check(MergeInput input, SegmentReader output) {
        List<MergeInput> inputs = List.of(input);
        MergeCheck.check(output, inputs, new ConcatenatedDocuments(inputs), MergeControl.NONE);
    }

    /// The documents that `deleted` leaves.
    private SegmentReader rest(int flaw) throws IOException {
        SegmentBuilder builder = new SegmentBuilder(SCHEMA);
        add(builder, 0, 0);
        for (int i = COUNT - 100; i < COUNT; i++) {
            add(builder, i, i < COUNT - 1 ? flaw : 0);
        }
        return SegmentReader.open(disk, builder.write(disk, Ulids.next(names)));
    }

    /// @param flaw other than 0 changes every document but the first and the last
    private SegmentReader segment(int from, int to, int flaw) throws IOException {
        SegmentBuilder builder = new SegmentBuilder(SCHEMA);
        for (int i = from; i < to; i++) {
            add(builder, i, i > from && i < to - 1 ? flaw : 0);
        }
        return SegmentReader.open(disk, builder.write(disk, Ulids.next(names)));
    }

    private static void add(SegmentBuilder builder, int number, int flaw) {
        byte[] noise = new byte[3_000];
        new SplittableRandom(number + 1_000_000L * flaw).nextBytes(noise);
        Document document =
                Document.of(
                        new Value.Obj(
                                Map.of(
                                        "id",
                                        Value.of("k" + number),
                                        "noise",
                                        Value.of(Base64.getEncoder().encodeToString(noise)))));
        builder.add(DocumentKey.of("k" + number), number, builder.analyze(document));
    }
}
