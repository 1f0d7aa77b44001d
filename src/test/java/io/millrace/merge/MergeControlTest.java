package io.millrace.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.Ulids;
import io.millrace.testing.FaultDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// How a merge is watched, slowed down, ended, and what it leaves when it fails.
final class MergeControlTest {
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.LONG),
                            Field.of("word", FieldType.KEYWORD),
                            Field.of("text", FieldType.TEXT)));

    private final FaultDirectory directory = new FaultDirectory();
    private final RandomGenerator random = new SplittableRandom(5);
    private final List<MergeInput> inputs = new ArrayList<>();
    private final SegmentId output = Ulids.next(random);

    @BeforeEach
    void writeInputs() throws IOException {
        for (int i = 0; i < 3; i++) {
            SegmentBuilder builder = new SegmentBuilder(SCHEMA);
            for (int document = 0; document < 700; document++) {
                long id = i * 700L + document;
                builder.add(DocumentKey.of(id), id, builder.analyze(document(id)));
            }
            SegmentMeta meta = builder.write(directory, Ulids.next(random));
            MutableRoaringBitmap deleted = new MutableRoaringBitmap();
            deleted.add(i * 7);
            inputs.add(new MergeInput(SegmentReader.open(directory, meta), deleted));
        }
    }

    private Document document(long id) {
        return Document.of(
                new Value.Obj(
                        Map.of(
                                "id", Value.of(id),
                                "word", Value.of("word " + random.nextInt(5_000)),
                                "text", Value.of("some text of " + random.nextInt(9_000)))));
    }

    @AfterEach
    void closeInputs() {
        inputs.forEach(input -> input.reader().close());
        assertEquals(0, directory.openFiles());
        assertEquals(0, directory.openMaps());
    }

    /// Writes down what it is told and cancels at a given check.
    private static final class Recorder implements MergeControl {
        final List<Long> documents = new ArrayList<>();
        long bytesWritten;
        long throttledBytes;
        int checks;
        int cancelAt = Integer.MAX_VALUE;

        @Override
        public void progress(long documentsDone, long bytes) {
            documents.add(documentsDone);
            assertTrue(bytes >= bytesWritten);
            bytesWritten = bytes;
        }

        @Override
        public void checkCancelled() {
            if (++checks >= cancelAt) {
                throw new MergeCancelled("check " + checks);
            }
        }

        @Override
        public void throttle(long bytes) {
            throttledBytes += bytes;
        }
    }

    @Test
    void progressRisesToTheNumberOfLiveDocuments() throws IOException {
        Recorder recorder = new Recorder();
        SegmentMeta merged = merge(recorder);
        assertEquals(3 * 699, merged.documentCount());
        assertEquals(3 * 699, recorder.documents.getLast());
        assertEquals(recorder.documents.stream().sorted().toList(), recorder.documents);
        assertTrue(recorder.documents.size() > 2, recorder.documents::toString);
        assertEquals(merged.lengthBytes(), recorder.bytesWritten);
        assertEquals(merged.lengthBytes(), recorder.throttledBytes);
    }

    @Test
    void aCancelledMergeEndsAtOnceAndLeavesNothingOpenWhereverItStands() throws IOException {
        Recorder whole = new Recorder();
        SegmentMeta meta = merge(whole);
        directory.delete(output.fileName());
        assertTrue(whole.checks > 10, whole.checks + " checks");
        for (int at = 1; at <= whole.checks; at++) {
            Recorder recorder = new Recorder();
            recorder.cancelAt = at;
            assertThrows(MergeCancelled.class, () -> merge(recorder));
            assertEquals(at, recorder.checks);
            assertNothingOpen();
            // the name is known, so the partial file can be deleted.
            directory.delete(output.fileName());
        }
        assertEquals(meta.lengthBytes(), merge(new Recorder()).lengthBytes());
    }

    @Test
    void aFailureAtAnyCallLeavesNothingOpenAndHarmsNoInput() throws IOException {
        int before = directory.callCount();
        merge(MergeControl.NONE);
        int calls = directory.callCount() - before;
        directory.delete(output.fileName());
        for (int n = 1; n <= calls; n++) {
            directory.strikeAt(n, FaultDirectory.Fault.DEVICE_ERROR);
            assertThrows(IOException.class, () -> merge(MergeControl.NONE));
            assertTrue(directory.struck());
            assertNothingOpen();
            if (directory.list().contains(output.fileName())) {
                directory.delete(output.fileName());
            }
        }
        assertEquals(3 * 699, merge(MergeControl.NONE).documentCount());
    }

    private SegmentMeta merge(MergeControl control) throws IOException {
        MergedSegment merged =
                SegmentMerger.merge(directory, output, SCHEMA, inputs, MergeOrder.INPUTS, control);
        merged.reader().close();
        return merged.meta();
    }

    private void assertNothingOpen() {
        assertEquals(0, directory.openFiles());
        assertEquals(inputs.size(), directory.openMaps());
    }
}
