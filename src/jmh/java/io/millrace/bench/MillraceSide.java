package io.millrace.bench;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentWriter;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.TimestampUnit;
import io.millrace.index.Admission;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.IndexWriter;
import io.millrace.index.NodeResources;
import io.millrace.index.PreparedCommit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/// Ours: one thread makes changes and feeds the writer, whose lanes index them.
final class MillraceSide implements IndexingSide {
    private static final int BATCH_CHANGES = 1_000;
    private static final Duration MERGES_MAX = Duration.ofMinutes(10);
    private static final SourcePartition PARTITION = new SourcePartition("media", 0);
    static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.LONG),
                            Field.of("user", FieldType.KEYWORD),
                            Field.of("nsfw", FieldType.KEYWORD),
                            Field.of("type", FieldType.KEYWORD),
                            Field.of("tags", FieldType.KEYWORD).asMulti(),
                            Field.of("reactions", FieldType.LONG),
                            Field.of("ts", FieldType.TIMESTAMP).withUnit(TimestampUnit.SECONDS),
                            Field.of("title", FieldType.TEXT)));

    private final Path folder;
    private final MmapDirectory directory;
    private final IndexOptions options;
    private final NodeResources resources;
    private Index index;
    private IndexWriter writer;
    private final Semaphore drained = new Semaphore(0);
    private final DocumentWriter documents = new DocumentWriter();
    private final List<Change> batch = new ArrayList<>(BATCH_CHANGES);
    private long position;

    /// An empty index.
    MillraceSide(Path folder, long builderBytesMax) throws IOException {
        this(folder, builderBytesMax, false);
    }

    /// One that is there, to be merged or read.
    static MillraceSide open(Path folder) throws IOException {
        return new MillraceSide(folder, IndexOptions.DEFAULT.builderBytesMax(), true);
    }

    private MillraceSide(Path folder, long builderBytesMax, boolean isThere) throws IOException {
        this.folder = folder;
        directory = MmapDirectory.open(folder);
        resources =
                new NodeResources(
                        InstantSource.system(),
                        System::nanoTime,
                        new SplittableRandom(),
                        Thread.ofPlatform().factory());
        options =
                IndexOptions.DEFAULT
                        .withQueue(10_000, 32L << 20)
                        .withBuilderBytesMax(builderBytesMax)
                        .withPrepareDeadline(Duration.ofMinutes(5));
        index =
                isThere
                        ? Index.open(directory, options, resources)
                        : Index.create(
                                directory,
                                "media",
                                "bench",
                                SCHEMA,
                                SourceIdentity.of(Map.of()),
                                Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                                options,
                                resources);
        writer = index.writer();
        writer.onDrained(drained::release);
    }

    @Override
    public void build(MediaFile data) throws Exception {
        MediaRecord media = new MediaRecord();
        for (int slice = 0; slice < data.sliceCount(); slice++) {
            ByteBuffer in = data.slice(slice);
            while (in.hasRemaining()) {
                media.read(in);
                feed(media);
            }
        }
        finish();
        awaitMerges();
    }

    @Override
    public void upsert(MediaFile data, int[] ids) throws Exception {
        List<int[]> bySlice = MediaSlices.group(ids);
        for (int slice = 0; slice < bySlice.size(); slice++) {
            if (bySlice.get(slice).length > 0) {
                MediaSlices.forEach(data.slice(slice), bySlice.get(slice), this::feed);
            }
        }
        finish();
        awaitMerges();
    }

    @Override
    public void commit(MediaFile data, int slice, int records) throws IOException {
        MediaRecord media = new MediaRecord();
        ByteBuffer in = data.slice(slice);
        for (int i = 0; i < records && in.hasRemaining(); i++) {
            media.read(in);
            feed(media);
        }
        finish();
    }

    @Override
    public void forceMerge() {
        if (!index.forceMerge(1, MERGES_MAX)) {
            throw new IllegalStateException("not merged within " + MERGES_MAX);
        }
    }

    private void awaitMerges() {
        if (!index.waitForMerges(MERGES_MAX)) {
            throw new IllegalStateException("merges still run after " + MERGES_MAX);
        }
    }

    @Override
    public void reopen() {
        index.close();
        index = Index.open(directory, options, resources);
        writer = index.writer();
        writer.onDrained(drained::release);
        documentCount();
    }

    private void feed(MediaRecord media) {
        batch.add(
                new Change.Upsert(
                        DocumentKey.of(media.id),
                        document(media),
                        new Origin(PARTITION, position + batch.size(), 0, null, null)));
        if (batch.size() == BATCH_CHANGES) {
            flush();
        }
    }

    private void flush() {
        PositionRange range =
                new PositionRange(
                        PARTITION, Position.of(position), Position.of(position + batch.size()));
        ChangeBatch changes = ChangeBatch.of(batch, List.of(), List.of(range));
        while (writer.add(changes) instanceof Admission.QueueFull) {
            drained.acquireUninterruptibly();
        }
        position += batch.size();
        batch.clear();
    }

    private void finish() {
        flush();
        try (PreparedCommit prepared = writer.prepareCommit()) {
            prepared.commit();
        }
    }

    IndexSnapshot snapshot() {
        return index.snapshot();
    }

    @Override
    public int segmentCount() {
        return index.newestCommit().segmentCount();
    }

    @Override
    public long documentCount() {
        try (IndexSnapshot snapshot = index.snapshot()) {
            return snapshot.liveCount();
        }
    }

    @Override
    public long diskBytes() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Override
    public void close() {
        index.close();
    }

    private Document document(MediaRecord media) {
        documents.beginObject();
        documents.name("id");
        documents.integer(media.id);
        documents.name("user");
        documents.text(media.userName());
        documents.name("nsfw");
        documents.text(Integer.toString(media.nsfw));
        documents.name("type");
        documents.text(media.typeName());
        documents.name("tags");
        documents.beginArray();
        for (int i = 0; i < media.tagCount; i++) {
            documents.text(media.tagName(i));
        }
        documents.end();
        documents.name("reactions");
        documents.integer(media.reactions);
        documents.name("ts");
        documents.integer(media.timestampSeconds);
        documents.name("title");
        documents.text(media.title);
        documents.end();
        return documents.finish();
    }
}
