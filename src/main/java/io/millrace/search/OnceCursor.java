package io.millrace.search;

import io.millrace.segment.PostingsReader;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Documents as if each held a term once. Confined to one search.
final class OnceCursor implements PostingsReader.Cursor {
    private final PeekableIntIterator left;
    private int document = -1;

    OnceCursor(ImmutableRoaringBitmap documents) {
        left = documents.getIntIterator();
    }

    @Override
    public int next() {
        document = left.hasNext() ? left.next() : DONE;
        return document;
    }

    @Override
    public int advance(int target) {
        if (document >= target) {
            return document;
        }
        left.advanceIfNeeded(target);
        return next();
    }

    @Override
    public int frequency() {
        return 1;
    }
}
