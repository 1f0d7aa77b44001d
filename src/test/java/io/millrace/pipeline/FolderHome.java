package io.millrace.pipeline;

import io.millrace.catalog.IndexDefinition;
import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.NodeResources;
import io.millrace.index.SegmentView;
import io.millrace.source.ChangeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Real indexes in folders below one folder, and what tests want to know of them.
public final class FolderHome implements IndexHome {
    private final Path folder;
    private final IndexOptions options;
    private final NodeResources resources = resources(1);

    public FolderHome(Path folder, IndexOptions options) {
        this.folder = folder;
        this.options = options;
    }

    public static NodeResources resources(long seed) {
        return new NodeResources(
                InstantSource.system(),
                System::nanoTime,
                new Random(seed),
                Thread.ofPlatform().daemon().factory());
    }

    /// Waits short enough for tests.
    public static PipelineOptions quickOptions() {
        return new PipelineOptions(
                Duration.ofMillis(10),
                Duration.ofMillis(200),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20),
                10,
                1_000,
                Duration.ofMillis(300),
                Duration.ofSeconds(2),
                Duration.ofMillis(10),
                1_000);
    }

    @Override
    public boolean exists(IndexDefinition definition) {
        return Index.exists(directory(definition.name()));
    }

    @Override
    public Index create(IndexDefinition definition, ChangeSource.Start start) {
        return Index.create(
                directory(definition.name()),
                definition.name(),
                "00000000000000aa",
                definition.schema(),
                start.identity(),
                start.checkpoint(),
                options,
                resources);
    }

    @Override
    public Index open(IndexDefinition definition) {
        return Index.open(directory(definition.name()), options, resources);
    }

    private Directory directory(String name) {
        try {
            return MmapDirectory.open(folder).folder(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Every visible document by its key.
    public static Map<String, Value.Obj> visible(Index index) {
        Map<String, Value.Obj> visible = new TreeMap<>();
        try (IndexSnapshot snapshot = index.snapshot()) {
            for (SegmentView segment : snapshot.segments()) {
                for (int i = 0; i < segment.reader().documentCount(); i++) {
                    if (!segment.deleted().contains(i)) {
                        DocumentKey key = segment.reader().key(i);
                        Document document = segment.reader().document(i);
                        if (visible.put(key.toString(), document.root()) != null) {
                            throw new AssertionError("two visible documents of key " + key);
                        }
                    }
                }
            }
            if (visible.size() != snapshot.liveCount()) {
                throw new AssertionError(
                        "%d documents are visible, the commit says %d"
                                .formatted(visible.size(), snapshot.liveCount()));
            }
        }
        return visible;
    }
}
