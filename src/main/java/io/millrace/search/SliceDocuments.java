package io.millrace.search;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.TermsReader;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Documents of one segment that are counted: as a bitmap, or with a bit for each document of the
/// segment; each made when it is first asked for. Confined to one search.
final class SliceDocuments {
    /// A bitmap of less than one document for so many of the segment is looked at as it is: its
    /// bits would cost more than what is done with them.
    private static final int SPARSE = 64;

    private final int segmentDocuments;
    private final long cardinality;
    private final Windows scratch;
    private final @Nullable SegmentMatches matches;
    private @Nullable ImmutableRoaringBitmap bitmap;
    private long @Nullable [] bits;
    private long heldBytes;

    /// Those that match.
    SliceDocuments(SegmentMatches matches, int segmentDocuments, Windows scratch) {
        this.matches = matches;
        this.segmentDocuments = segmentDocuments;
        this.scratch = scratch;
        cardinality = matches.count();
    }

    SliceDocuments(ImmutableRoaringBitmap bitmap, int segmentDocuments, Windows scratch) {
        matches = null;
        this.bitmap = bitmap;
        this.segmentDocuments = segmentDocuments;
        this.scratch = scratch;
        cardinality = bitmap.getLongCardinality();
    }

    long cardinality() {
        return cardinality;
    }

    /// What the budget of the search holds for what was made of them so far.
    long heldBytes() {
        return heldBytes;
    }

    /// For reading columns and counting what sets have in common.
    Windows scratch() {
        return scratch;
    }

    ImmutableRoaringBitmap bitmap() {
        ImmutableRoaringBitmap made = bitmap;
        if (made == null) {
            SearchBudget budget = SearchBudget.current();
            long heldBefore = budget.heldBytes();
            // Without a bitmap it was made of matches.
            made = Objects.requireNonNull(matches).bitmap();
            heldBytes += budget.heldBytes() - heldBefore;
            bitmap = made;
        }
        return made;
    }

    /// How many of some documents are among them.
    ///
    /// @param count of the documents, from the front of the array on
    int count(int[] documents, int count) {
        int common = 0;
        if (isSparse()) {
            ImmutableRoaringBitmap few = bitmap();
            for (int i = 0; i < count; i++) {
                common += few.contains(documents[i]) ? 1 : 0;
            }
            return common;
        }
        long[] words = bits();
        for (int i = 0; i < count; i++) {
            common += (int) (words[documents[i] >>> 6] >>> documents[i] & 1);
        }
        return common;
    }

    /// How many documents of a term are among them, or less where they are fewer than `least`.
    ///
    /// @param set of the term's documents
    int count(TermsReader terms, int ordinal, int set, int least) {
        return isSparse()
                ? ImmutableRoaringBitmap.andCardinality(terms.documents(ordinal), bitmap())
                : scratch.common.count(terms.setAt(set), bits(), least);
    }

    private boolean isSparse() {
        return matches == null && cardinality <= segmentDocuments / SPARSE;
    }

    /// Nobody changes them.
    private long[] bits() {
        long[] made = bits;
        if (made == null) {
            made = new long[Math.ceilDiv(segmentDocuments, Long.SIZE)];
            long bytes = (long) made.length * Long.BYTES;
            SearchBudget.current().hold(bytes);
            heldBytes += bytes;
            if (matches != null) {
                matches.copyTo(made);
            } else {
                DocumentSet.of(bitmap()).addTo(made);
            }
            bits = made;
        }
        return made;
    }

    /// Writes documents, rising, from the one at or above `from` on, until `into` is full; returns
    /// how many. The next call goes on behind the last.
    int next(int from, int[] into) {
        return isSparse() ? nextOfFew(from, into) : nextBits(from, into);
    }

    private int nextOfFew(int from, int[] into) {
        PeekableIntIterator each = bitmap().getIntIterator();
        each.advanceIfNeeded(from);
        int count = 0;
        while (count < into.length && each.hasNext()) {
            into[count++] = each.next();
        }
        return count;
    }

    private int nextBits(int from, int[] into) {
        long[] words = bits();
        int i = from >>> 6;
        if (i >= words.length) {
            return 0;
        }
        int count = 0;
        long word = words[i] & -1L << from;
        while (true) {
            for (; word != 0 && count < into.length; word &= word - 1) {
                into[count++] = (i << 6) + Long.numberOfTrailingZeros(word);
            }
            if (count == into.length || ++i == words.length) {
                return count;
            }
            word = words[i];
        }
    }
}
