package io.millrace.merge;

import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentWriter;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.Ulids;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// A process that writes many keys the way an index does, flush by flush and merged by policy, and
/// then looks every one of them up, in whatever heap it was given. Says how fast that went, first
/// over the segments that there are, then over a single one.
final class ManyKeysProcess {
    private static final int FLUSH_DOCUMENTS = 20_000;
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.LONG),
                            Field.of("word", FieldType.KEYWORD),
                            Field.of("title", FieldType.TEXT).withAnalyzer("whitespace")));

    private final Directory directory;
    private final long keyCount;
    private final RandomGenerator random = new SplittableRandom(11);
    private final TieredMergePolicy policy =
            new TieredMergePolicy(TieredMergePolicy.Options.DEFAULT);
    private final List<SegmentReader> segments = new ArrayList<>();
    private long mergedBytes;
    private long mergeNanos;

    private ManyKeysProcess(Directory directory, long keyCount) {
        this.directory = directory;
        this.keyCount = keyCount;
    }

    public static void main(String[] arguments) throws IOException {
        Directory directory = MmapDirectory.open(Path.of(arguments[0]));
        ManyKeysProcess process = new ManyKeysProcess(directory, Long.parseLong(arguments[1]));
        process.write();
        process.lookUp();
        process.merge(process.policy.planForce(process.candidates(), 1));
        process.lookUp();
        System.out.printf(
                "%d keys, heap of %d MiB: %d MiB merged, %.0f MiB/s%n",
                process.keyCount,
                Runtime.getRuntime().maxMemory() >> 20,
                process.mergedBytes >> 20,
                (process.mergedBytes >> 20) / (process.mergeNanos / 1e9));
    }

    /// Ids in no order, without a gap; a bijection of the ordinals.
    private long id(long ordinal) {
        return ordinal * 0x9E3779B97F4A7C15L;
    }

    private void write() throws IOException {
        DocumentWriter documents = new DocumentWriter();
        for (long first = 0; first < keyCount; first += FLUSH_DOCUMENTS) {
            SegmentBuilder builder = new SegmentBuilder(SCHEMA);
            long end = Math.min(keyCount, first + FLUSH_DOCUMENTS);
            for (long ordinal = first; ordinal < end; ordinal++) {
                documents.beginObject();
                documents.name("id");
                documents.integer(id(ordinal));
                documents.name("word");
                documents.text("w" + ordinal % 100_003);
                documents.name("title");
                documents.text("number " + ordinal % 1009 + " of many");
                documents.end();
                builder.add(
                        DocumentKey.of(id(ordinal)), ordinal, builder.analyze(documents.finish()));
            }
            segments.add(
                    SegmentReader.open(directory, builder.write(directory, Ulids.next(random))));
            for (List<MergePlan> plans = policy.plan(candidates());
                    !plans.isEmpty();
                    plans = policy.plan(candidates())) {
                merge(plans);
            }
        }
    }

    private List<MergeCandidate> candidates() {
        return segments.stream().map(segment -> new MergeCandidate(segment.meta(), 0)).toList();
    }

    private void merge(List<MergePlan> plans) throws IOException {
        for (MergePlan plan : plans) {
            List<SegmentReader> merged =
                    segments.stream()
                            .filter(segment -> plan.inputs().contains(segment.meta().id()))
                            .toList();
            SegmentId output = Ulids.next(random);
            long start = System.nanoTime();
            MergedSegment result =
                    SegmentMerger.merge(
                            directory,
                            output,
                            SCHEMA,
                            merged.stream()
                                    .map(segment ->
                                            new MergeInput(segment, new MutableRoaringBitmap()))
                                    .toList(),
                            MergeOrder.INPUTS,
                            MergeControl.NONE);
            mergeNanos += System.nanoTime() - start;
            mergedBytes += result.meta().lengthBytes();
            segments.removeAll(merged);
            segments.add(result.reader());
            for (SegmentReader old : merged) {
                old.close();
                directory.delete(old.meta().id().fileName());
            }
        }
        segments.sort(Comparator.comparing(segment -> segment.meta().id()));
    }

    /// Looks up every key, and as many that are not there.
    private void lookUp() {
        long start = System.nanoTime();
        for (long ordinal = 0; ordinal < keyCount; ordinal++) {
            DocumentKey key = DocumentKey.of(id(ordinal));
            int holders = 0;
            for (SegmentReader segment : segments) {
                int document = segment.find(key);
                if (document >= 0) {
                    holders++;
                    check(segment.seq(document) == ordinal, "another document has key", ordinal);
                }
            }
            check(holders == 1, holders + " segments have key", ordinal);
        }
        long foundNanos = System.nanoTime() - start;
        start = System.nanoTime();
        for (long ordinal = keyCount; ordinal < 2 * keyCount; ordinal++) {
            DocumentKey key = DocumentKey.of(id(ordinal));
            for (SegmentReader segment : segments) {
                check(segment.find(key) < 0, "a segment has key", ordinal);
            }
        }
        long missedNanos = System.nanoTime() - start;
        System.out.printf(
                "%d segments: %.2f million keys found and %.2f million missed per second%n",
                segments.size(), 1e3 * keyCount / foundNanos, 1e3 * keyCount / missedNanos);
    }

    private static void check(boolean holds, String what, long ordinal) {
        if (!holds) {
            throw new AssertionError(what + " " + ordinal);
        }
    }
}
