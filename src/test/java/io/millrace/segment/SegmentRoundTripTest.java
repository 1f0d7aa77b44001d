package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.Seeded;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random documents, replaced and deleted at random, written and read back.
final class SegmentRoundTripTest {
    @TempDir Path folder;

    @Test
    void aSegmentHoldsWhatWasAddedAndNotDeleted() throws Exception {
        Directory directory = MmapDirectory.open(folder);
        Seeded.repeat(40, random -> roundTrip(directory, random, random.nextInt(400)));
    }

    @Test
    void manyDocumentsSpanBlocksBitmapsAndSkips() throws Exception {
        Directory directory = MmapDirectory.open(folder);
        Seeded.repeat(2, random -> roundTrip(directory, random, 20_000));
    }

    @Test
    void anEmptySegmentCanBeReadBack() throws Exception {
        Directory directory = MmapDirectory.open(folder);
        Seeded.repeat(1, random -> roundTrip(directory, random, 0));
    }

    /// All documents with a value too long for a keyword were deleted before they were written.
    @Test
    void aLongStringThatWasDeletedLeavesNothing() throws Exception {
        RandomGenerator random = new SplittableRandom(5016384850890876849L);
        roundTrip(MmapDirectory.open(folder), random, random.nextInt(400));
    }

    private static void roundTrip(Directory directory, RandomGenerator random, int changes)
            throws Exception {
        Schema schema = SegmentModel.randomSchema(random);
        SegmentBuilder builder = new SegmentBuilder(schema);
        Map<DocumentKey, SegmentModel.Entry> live = new LinkedHashMap<>();
        Set<DocumentKey> seen = new HashSet<>();
        int keys = 1 + random.nextInt(Math.max(1, 2 * changes));
        for (int i = 0; i < changes; i++) {
            long id = random.nextInt(keys);
            DocumentKey key = DocumentKey.of(id);
            seen.add(key);
            int older = builder.find(key);
            assertEquals(live.containsKey(key), older >= 0);
            if (older >= 0) {
                builder.delete(older);
                live.remove(key);
            }
            if (random.nextInt(5) > 0) {
                Value.Obj document = SegmentModel.randomDocument(schema, id, random);
                long seq = 1_000_000L + i;
                builder.add(key, seq, builder.analyze(Document.of(document)));
                live.put(key, new SegmentModel.Entry(key, seq, document));
            }
            assertEquals(live.size(), builder.liveCount());
        }
        for (DocumentKey key : seen) {
            assertEquals(live.containsKey(key), builder.find(key) >= 0);
        }
        SegmentModel model = new SegmentModel(schema);
        model.entries.addAll(live.values());
        SegmentMeta meta = builder.write(directory, Ulids.next(random));
        assertTrue(builder.ramBytes() > 0);
        try (SegmentReader reader = SegmentReader.open(directory, meta)) {
            model.assertEqualTo(reader);
        }
    }
}
