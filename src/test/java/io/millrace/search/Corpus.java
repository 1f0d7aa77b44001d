package io.millrace.search;

import io.millrace.change.Checkpoint;
import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.LiveSchema;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.CommitKind;
import io.millrace.index.CommitPoint;
import io.millrace.index.SegmentView;
import io.millrace.merge.MergeControl;
import io.millrace.merge.MergeInput;
import io.millrace.merge.MergeOrder;
import io.millrace.merge.MergedSegment;
import io.millrace.merge.SegmentMerger;
import io.millrace.segment.AnalyzedDocument;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// The same documents twice: in real segments with delete vectors, and as plain values in the order
/// in which the segments hold them.
final class Corpus implements AutoCloseable {

    /// One document as the segments hold it.
    static final class Plain {
        final DocumentKey key;
        final Value.Obj root;

        /// What [NaiveSearch] made of it.
        final Map<Field, List<Object>> values = new HashMap<>();

        boolean live = true;

        Plain(DocumentKey key, Value.Obj root) {
            this.key = key;
            this.root = root;
        }
    }

    /// Of all searches: what one leaves must be nothing to the next.
    private final SearchMemory memory = new SearchMemory();

    private final LiveSchema schema;
    private final Directory directory;
    private final List<List<Plain>> segments = new ArrayList<>();
    private final List<SegmentReader> readers = new ArrayList<>();
    private final List<Plain> open = new ArrayList<>();
    private SegmentBuilder builder;
    private long seq;
    private int written;

    Corpus(Schema schema, Path folder) throws IOException {
        this.schema = new LiveSchema(schema);
        this.directory = MmapDirectory.open(folder);
        this.builder = new SegmentBuilder(this.schema);
    }

    /// The newest version.
    Schema schema() {
        return schema.current();
    }

    /// Takes over another definition.
    void declare(Schema declared) {
        schema.declare(declared);
    }

    void upsert(Value.Obj root) throws IOException {
        DocumentKey key = schema.current().keyOf(root);
        AnalyzedDocument analyzed = builder.analyze(Document.of(root));
        if (builder.isOutgrown()) {
            commit();
            analyzed = builder.analyze(Document.of(root));
        }
        delete(key);
        builder.add(key, seq++, analyzed);
        open.add(new Plain(key, root));
    }

    void delete(DocumentKey key) {
        int document = builder.find(key);
        if (document >= 0) {
            builder.delete(document);
            open.removeIf(plain -> plain.key.equals(key));
        }
        for (List<Plain> segment : segments) {
            for (Plain plain : segment) {
                plain.live &= !plain.key.equals(key);
            }
        }
    }

    /// Makes a segment of what was added since the last commit.
    void commit() throws IOException {
        if (open.isEmpty()) {
            builder = new SegmentBuilder(schema);
            return;
        }
        readers.add(SegmentReader.open(directory, builder.write(directory, nextId())));
        segments.add(List.copyOf(open));
        open.clear();
        builder = new SegmentBuilder(schema);
    }

    /// Makes one segment of neighbouring ones, of the newest schema, in the place of the first.
    /// Without a document that is left nothing happens.
    void merge(int from, int to) throws IOException {
        List<Plain> left =
                segments.subList(from, to).stream()
                        .flatMap(List::stream)
                        .filter(plain -> plain.live)
                        .toList();
        if (left.isEmpty()) {
            return;
        }
        List<MergeInput> inputs = new ArrayList<>();
        for (int i = from; i < to; i++) {
            inputs.add(new MergeInput(readers.get(i), deleted(i)));
        }
        MergedSegment merged =
                SegmentMerger.merge(
                        directory,
                        nextId(),
                        schema.current(),
                        inputs,
                        MergeOrder.INPUTS,
                        MergeControl.NONE);
        inputs.forEach(input -> input.reader().close());
        readers.subList(from, to).clear();
        segments.subList(from, to).clear();
        readers.add(from, merged.reader());
        segments.add(from, left);
    }

    private SegmentId nextId() {
        return new SegmentId("%026d".formatted(written++));
    }

    private MutableRoaringBitmap deleted(int segment) {
        MutableRoaringBitmap deleted = new MutableRoaringBitmap();
        for (int document = 0; document < segments.get(segment).size(); document++) {
            if (!segments.get(segment).get(document).live) {
                deleted.add(document);
            }
        }
        return deleted;
    }

    /// Committed documents by segment, deleted ones included.
    List<List<Plain>> segments() {
        return segments;
    }

    Searcher searcher() {
        List<SegmentView> views = new ArrayList<>();
        long live = 0;
        for (int i = 0; i < readers.size(); i++) {
            views.add(new SegmentView(readers.get(i), deleted(i)));
            live += views.getLast().liveCount();
        }
        return new Searcher(
                schema.current(),
                new CommitPoint(1, 1, CommitKind.INDEX, Checkpoint.EMPTY, views.size(), live, 0),
                views,
                memory);
    }

    @Override
    public void close() {
        readers.forEach(SegmentReader::close);
    }
}
