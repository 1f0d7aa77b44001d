package io.millrace.search;

import java.util.List;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmapWriter;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Counts in how many bitmaps each document is, a range of 65,536 documents at a time.
final class OccurrenceCount {
    private static final int RANGE_BITS = 16;
    private static final int RANGE = 1 << RANGE_BITS;
    private static final int MASK = RANGE - 1;

    private OccurrenceCount() {}

    /// The documents that are in at least so many of the bitmaps, of which there are fewer than
    /// 32,768. Takes time in the order of all they hold together.
    static MutableRoaringBitmap atLeast(int required, List<ImmutableRoaringBitmap> bitmaps) {
        RoaringBitmapWriter<MutableRoaringBitmap> found = RoaringBitmapWriter.bufferWriter().get();
        List<PeekableIntIterator> walks =
                bitmaps.stream().map(ImmutableRoaringBitmap::getIntIterator).toList();
        short[] counts = new short[RANGE];
        for (int range = nextRange(walks); range >= 0; range = nextRange(walks)) {
            int first = RANGE;
            int last = -1;
            for (PeekableIntIterator walk : walks) {
                while (walk.hasNext() && walk.peekNext() >>> RANGE_BITS == range) {
                    int at = walk.next() & MASK;
                    counts[at]++;
                    first = Math.min(first, at);
                    last = Math.max(last, at);
                }
            }
            for (int at = first; at <= last; at++) {
                if (counts[at] >= required) {
                    found.add(range << RANGE_BITS | at);
                }
                counts[at] = 0;
            }
        }
        return found.get();
    }

    /// The least range that has a document left, or -1.
    private static int nextRange(List<PeekableIntIterator> walks) {
        int least = Integer.MAX_VALUE;
        for (PeekableIntIterator walk : walks) {
            if (walk.hasNext()) {
                least = Math.min(least, walk.peekNext() >>> RANGE_BITS);
            }
        }
        return least == Integer.MAX_VALUE ? -1 : least;
    }
}
