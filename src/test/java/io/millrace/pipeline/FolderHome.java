package io.millrace.pipeline;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.DefinitionParser;
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
import io.millrace.node.DirectoryIndexHome;
import io.millrace.node.LuceneAnalyzers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Real indexes in folders below one folder, and what tests want to know of them.
public final class FolderHome {
    private FolderHome() {}

    /// A home as a node has it.
    public static IndexHome at(Path folder, IndexOptions options) {
        return in(directory(folder), options);
    }

    static IndexHome in(Directory data, IndexOptions options) {
        return new DirectoryIndexHome(data, options, resources(1));
    }

    /// The catalog of the same folder.
    public static Catalog catalog(Path folder) {
        return catalog(directory(folder));
    }

    static Catalog catalog(Directory data) {
        return Catalog.open(data, null, new DefinitionParser(new LuceneAnalyzers()), new Random(7));
    }

    /// The catalog of a folder, with definitions in files.
    static Catalog catalog(Path folder, Path files) {
        return Catalog.open(
                directory(folder),
                directory(files),
                new DefinitionParser(new LuceneAnalyzers()),
                new Random(7));
    }

    private static Directory directory(Path folder) {
        try {
            return MmapDirectory.open(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
                Duration.ofSeconds(2),
                0,
                10,
                1_000,
                Duration.ofMillis(300),
                Duration.ofSeconds(2),
                Duration.ofMillis(10),
                1_000);
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
