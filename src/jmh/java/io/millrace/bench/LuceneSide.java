package io.millrace.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KeywordField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.MMapDirectory;

/// The peer: a Lucene index with the same fields, filled by two threads.
final class LuceneSide implements IndexingSide {
    private static final int THREADS = 2;

    private final MMapDirectory directory;
    private final Lucene104Codec.Mode mode;
    private final double ramMegabytes;
    private IndexWriter writer;

    LuceneSide(Path folder, Lucene104Codec.Mode mode, double ramMegabytes) throws IOException {
        directory = new MMapDirectory(folder);
        this.mode = mode;
        this.ramMegabytes = ramMegabytes;
        writer = newWriter();
    }

    private IndexWriter newWriter() throws IOException {
        ConcurrentMergeScheduler scheduler = new ConcurrentMergeScheduler();
        scheduler.setMaxMergesAndThreads(THREADS + 5, THREADS);
        IndexWriterConfig config =
                new IndexWriterConfig(new StandardAnalyzer())
                        .setCodec(new Lucene104Codec(mode))
                        .setMergeScheduler(scheduler)
                        .setRAMBufferSizeMB(ramMegabytes);
        return new IndexWriter(directory, config);
    }

    @Override
    public void build(MediaFile data) throws Exception {
        inParallel(
                data.sliceCount(),
                slice -> {
                    MediaRecord media = new MediaRecord();
                    ByteBuffer in = data.slice(slice);
                    while (in.hasRemaining()) {
                        media.read(in);
                        writer.addDocument(document(media));
                    }
                });
        finish();
    }

    @Override
    public void upsert(MediaFile data, int[] ids) throws Exception {
        List<int[]> bySlice = MediaSlices.group(ids);
        inParallel(
                bySlice.size(),
                slice -> {
                    int[] wanted = bySlice.get(slice);
                    if (wanted.length == 0) {
                        return;
                    }
                    MediaSlices.forEach(
                            data.slice(slice),
                            wanted,
                            media ->
                                    writer.updateDocument(
                                            new Term("id", Long.toString(media.id)),
                                            document(media)));
                });
        finish();
    }

    private void finish() throws IOException {
        writer.commit();
        writer.maybeMerge();
        ((ConcurrentMergeScheduler) writer.getConfig().getMergeScheduler()).sync();
        writer.commit();
    }

    @Override
    public void commit(MediaFile data, int slice, int records) throws Exception {
        MediaRecord media = new MediaRecord();
        ByteBuffer in = data.slice(slice);
        for (int i = 0; i < records && in.hasRemaining(); i++) {
            media.read(in);
            writer.updateDocument(new Term("id", Long.toString(media.id)), document(media));
        }
        writer.commit();
    }

    @Override
    public void forceMerge() throws IOException {
        writer.forceMerge(1);
        writer.commit();
    }

    @Override
    public void reopen() throws IOException {
        writer.close();
        writer = newWriter();
        documentCount();
    }

    @Override
    public int segmentCount() throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            return reader.leaves().size();
        }
    }

    @Override
    public long documentCount() throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            return reader.numDocs();
        }
    }

    @Override
    public long diskBytes() throws IOException {
        long bytes = 0;
        for (String file : directory.listAll()) {
            bytes += directory.fileLength(file);
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        writer.close();
        directory.close();
    }

    private static Document document(MediaRecord media) {
        Document document = new Document();
        document.add(new StringField("id", Long.toString(media.id), Field.Store.NO));
        document.add(new KeywordField("user", media.userName(), Field.Store.NO));
        document.add(new KeywordField("nsfw", Integer.toString(media.nsfw), Field.Store.NO));
        document.add(new KeywordField("type", media.typeName(), Field.Store.NO));
        for (int i = 0; i < media.tagCount; i++) {
            document.add(new KeywordField("tags", media.tagName(i), Field.Store.NO));
        }
        document.add(new LongField("reactions", media.reactions, Field.Store.NO));
        document.add(new LongField("ts", media.timestampSeconds, Field.Store.NO));
        document.add(new TextField("title", media.title, Field.Store.NO));
        document.add(new StoredField("json", media.json));
        return document;
    }

    @FunctionalInterface
    private interface SliceWork {
        void run(int slice) throws Exception;
    }

    private static void inParallel(int slices, SliceWork work) throws Exception {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(
                        threads.submit(() -> {
                            for (int slice = next.getAndIncrement();
                                    slice < slices;
                                    slice = next.getAndIncrement()) {
                                work.run(slice);
                            }
                            return null;
                        }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        }
    }
}
