package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexTest {
    private final ManualClock clock = new ManualClock();
    private final IndexScenario scenario = new IndexScenario(clock, 1);

    @Test
    void committedDocumentsAreThereAfterReopening(@TempDir Path folder) throws Exception {
        Directory directory = MmapDirectory.open(folder);
        try (Index index = scenario.create(directory)) {
            scenario.add(index, scenario.upsert("a", 1), scenario.upsert("b", 2));
            scenario.commit(index);
            scenario.add(index, scenario.upsert("a", 3), scenario.delete("b"));
            scenario.commit(index);
            assertEquals(Map.of("a", 3L), IndexScenario.documents(index));
        }

        try (Index index = scenario.open(directory)) {
            assertEquals(Map.of("a", 3L), IndexScenario.documents(index));
            assertEquals(3, index.newestCommit().generation());
            assertEquals(index.writer().committed(), index.newestCommit().checkpoint());
        }
    }

    //
    @Test
    void anIndexIsNeverCreatedOverAnother() throws Exception {
        FaultDirectory disk = new FaultDirectory();
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            scenario.commit(index);
            assertThrows(MillraceException.Fenced.class, () -> scenario.create(disk));
            assertThrows(MillraceException.Fenced.class, () -> scenario.open(disk));
        }
        long before = disk.digest();

        assertThrows(MillraceException.Bug.class, () -> scenario.create(disk));

        assertEquals(before, disk.digest());
        try (Index index = scenario.open(disk)) {
            assertEquals(Map.of("a", 1L), IndexScenario.documents(index));
        }
    }

    // keys are looked up in the segments that are open anyway.
    @Test
    void aCommitOpensOnlyWhatItWrote() {
        FaultDirectory disk = new FaultDirectory();
        try (Index index = scenario.create(disk)) {
            for (int i = 0; i < 10; i++) {
                int before = disk.callCount();
                scenario.add(index, scenario.upsert("k" + i, i), scenario.upsert("k0", -i));
                scenario.commit(index);
                List<String> opened =
                        disk.callsSince(before).stream()
                                .filter(call -> call.matches("(open|map) s-.*"))
                                .map(call -> call.substring(0, call.indexOf(' ')))
                                .toList();
                // Verified once, then mapped.
                assertEquals(List.of("open", "map"), opened);
            }
            assertEquals(10, IndexScenario.documents(index).size());
        }
    }

    //
    @Test
    void countsAreThoseOfTheCommitAtOnceForListenersToo() throws Exception {
        List<Long> heard = new CopyOnWriteArrayList<>();
        try (Index index = scenario.create(new FaultDirectory());
                AutoCloseable _ =
                        index.onCommit(commit -> {
                            try (IndexSnapshot snapshot = index.snapshot()) {
                                heard.add(snapshot.liveCount());
                            }
                        })) {
            for (int i = 1; i <= 5; i++) {
                scenario.add(index, scenario.upsert("k" + i, i), scenario.upsert("k1", i));
                CommitPoint commit = scenario.commit(index).orElseThrow();

                assertEquals(i, commit.documentCount());
                assertEquals(i, index.newestCommit().documentCount());
                try (IndexSnapshot snapshot = index.snapshot()) {
                    assertEquals(i, snapshot.liveCount());
                }
            }
        }
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), heard);
    }
}
