package io.millrace.index;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.SegmentReader;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// A segment as one generation sees it. Immutable, but for what it has made once.
public final class SegmentView {
    private final SegmentReader reader;
    private final ImmutableRoaringBitmap deleted;
    private volatile @Nullable DocumentSet deletedSet;

    /// @param deleted its documents that no longer count
    public SegmentView(SegmentReader reader, ImmutableRoaringBitmap deleted) {
        this.reader = reader;
        this.deleted = deleted;
    }

    public SegmentReader reader() {
        return reader;
    }

    /// Its documents that no longer count.
    public ImmutableRoaringBitmap deleted() {
        return deleted;
    }

    /// The same for searches. Heap: as much again, from the first search on.
    public DocumentSet deletedSet() {
        // Two threads may make it at once, and make the same.
        DocumentSet made = deletedSet;
        if (made == null) {
            made = DocumentSet.of(deleted);
            deletedSet = made;
        }
        return made;
    }

    /// The segment's ULID.
    public String id() {
        return reader.meta().id().ulid();
    }

    /// Length of its file, in bytes.
    public long lengthBytes() {
        return reader.meta().lengthBytes();
    }

    /// Documents in its file, deleted ones included.
    public int documentCount() {
        return reader.documentCount();
    }

    public int liveCount() {
        return reader.documentCount() - deleted.getCardinality();
    }
}
