package io.millrace.publish;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.NodeResources;
import io.millrace.index.PreparedCommit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A real index whose commits the test decides. Used by one thread.
final class CommittedIndex implements AutoCloseable {
    private static final SourcePartition PARTITION = new SourcePartition("letters", 0);
    static final NodeResources RESOURCES =
            new NodeResources(
                    InstantSource.system(),
                    System::nanoTime,
                    new Random(1),
                    Thread.ofPlatform().daemon().factory());

    private final Index index;
    private long offset;

    CommittedIndex(Path folder, int keptCommits) throws IOException {
        this(folder, keptCommits, IndexOptions.DEFAULT.unpublishedMax());
    }

    CommittedIndex(Path folder, int keptCommits, int unpublishedMax) throws IOException {
        index =
                Index.create(
                        MmapDirectory.open(folder),
                        "letters",
                        "00000000000000aa",
                        new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD))),
                        SourceIdentity.of(Map.of("topic", "letters")),
                        Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                        IndexOptions.DEFAULT
                                .withQueue(1_000, 1 << 20)
                                .withBuilderBytesMax(1 << 20)
                                .withKeptCommits(keptCommits)
                                .withUnpublished(unpublishedMax, 1 << 20),
                        RESOURCES);
    }

    Index index() {
        return index;
    }

    /// One generation with one document, and with as many rejects.
    void commit(int rejects) {
        long from = offset;
        Change change =
                new Change.Upsert(
                        DocumentKey.of("k" + from),
                        Document.of(new Value.Obj(Map.of("id", Value.of("k" + from)))),
                        origin());
        List<Reject> rejected =
                java.util.stream.IntStream.range(0, rejects)
                        .mapToObj(_ -> new Reject(Reject.Stage.DECODE, "not JSON", origin()))
                        .toList();
        index.writer()
                .add(
                        ChangeBatch.of(
                                List.of(change),
                                rejected,
                                List.of(
                                        new PositionRange(
                                                PARTITION,
                                                Position.of(from),
                                                Position.of(offset)))));
        try (PreparedCommit prepared = index.writer().prepareCommit()) {
            prepared.commit();
        }
    }

    private Origin origin() {
        return new Origin(
                PARTITION,
                offset++,
                0,
                "key".getBytes(StandardCharsets.UTF_8),
                "{oops".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        index.close();
    }
}
