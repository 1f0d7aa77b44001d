package io.millrace.index;

import io.millrace.document.Field;
import io.millrace.document.Schema;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// One generation held open for reading. Its files stay until it is closed. May be shared between
/// threads; closing twice does nothing.
public final class IndexSnapshot implements AutoCloseable {
    private final CommitPoint commit;
    private final Schema schema;
    private final List<SegmentView> segments;
    private final Runnable release;

    IndexSnapshot(CommitPoint commit, Schema schema, List<SegmentView> segments, Runnable release) {
        this.commit = commit;
        this.schema = schema;
        this.segments = List.copyOf(segments);
        this.release = release;
    }

    public CommitPoint commit() {
        return commit;
    }

    public Schema schema() {
        return schema;
    }

    /// Segments in the order of the commit record, which is the order of ties.
    public List<SegmentView> segments() {
        return segments;
    }

    /// Visible documents with a value that is not indexed.
    public long ignoredCount() {
        long documents = 0;
        for (SegmentView view : segments) {
            ImmutableRoaringBitmap listed = view.reader().present(Field.IGNORED.path());
            if (listed != null) {
                documents += ImmutableRoaringBitmap.andNotCardinality(listed, view.deleted());
            }
        }
        return documents;
    }

    /// Visible documents.
    public long liveCount() {
        return commit.documentCount();
    }

    /// The same generation for another reader; this one must stay open as long as that one is.
    IndexSnapshot again(Runnable released) {
        AtomicBoolean open = new AtomicBoolean(true);
        return new IndexSnapshot(
                commit,
                schema,
                segments,
                () -> {
                    if (open.getAndSet(false)) {
                        released.run();
                    }
                });
    }

    @Override
    public void close() {
        release.run();
    }
}
