package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.testing.ManualClock;
import java.nio.file.Path;
import java.util.Map;
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
}
