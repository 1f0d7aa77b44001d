package io.millrace.segment;

import io.millrace.MillraceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.Counter;
import org.jspecify.annotations.Nullable;

/// The documents and frequencies of one merged term, in the order of the output. Confined to one
/// thread.
abstract sealed class PostingsWalk implements AutoCloseable {
    private final RewriteInputs inputs;

    /// By input; null for one without the field.
    private final List<@Nullable MappedPostings> postings;

    /// What the term is made of.
    private final IntList sourceInputs = new IntList(Counter.newCounter());

    private final IntList sourceOrdinals = new IntList(Counter.newCounter());
    private int source;
    private PostingsReader.@Nullable Cursor cursor;

    /// Of the posting that [#nextSourced] found.
    int target;

    private PostingsWalk(RewriteInputs inputs, List<@Nullable MappedPostings> postings) {
        this.inputs = inputs;
        this.postings = postings;
    }

    static PostingsWalk of(RewriteInputs inputs, List<@Nullable MappedPostings> postings) {
        return inputs.placement().keepsOrder()
                ? new InOrder(inputs, postings)
                : new Sorted(inputs, postings);
    }

    /// Before the first document of the reader's term, which has `count`.
    void open(TermSources.Reader sources, int count) {
        sourceInputs.clear();
        sourceOrdinals.clear();
        while (sources.nextSource()) {
            sourceInputs.add(sources.input());
            sourceOrdinals.add(sources.ordinal());
        }
        rewindSources();
        begin(count);
    }

    abstract void begin(int count);

    /// Back to where [#open] began.
    abstract void rewind();

    /// Goes to the next document; there is one.
    abstract void next();

    abstract int document();

    abstract int frequency();

    @Override
    public void close() {}

    final int documentCount() {
        return inputs.documentCount();
    }

    final void rewindSources() {
        source = -1;
        cursor = null;
    }

    /// Goes to the next document that is not left out, in the order of the inputs.
    final void nextSourced() {
        while (true) {
            PostingsReader.Cursor open = cursor == null ? nextCursor() : cursor;
            int document = open.next();
            if (document == PostingsReader.Cursor.DONE) {
                cursor = null;
                continue;
            }
            target = inputs.placement().target(sourceInputs.get(source), document);
            if (target >= 0) {
                return;
            }
        }
    }

    final int sourcedFrequency() {
        return cursor == null ? 0 : cursor.frequency();
    }

    private PostingsReader.Cursor nextCursor() {
        if (++source == sourceInputs.size()) {
            throw new MillraceException.Corrupt("postings have fewer documents than their terms");
        }
        MappedPostings of = postings.get(sourceInputs.get(source));
        if (of == null) {
            throw new MillraceException.Corrupt(
                    "terms of input %d have no postings".formatted(sourceInputs.get(source)));
        }
        PostingsReader.Cursor opened = of.cursor(sourceOrdinals.get(source));
        cursor = opened;
        return opened;
    }

    /// One input after the other.
    private static final class InOrder extends PostingsWalk {
        InOrder(RewriteInputs inputs, List<@Nullable MappedPostings> postings) {
            super(inputs, postings);
        }

        @Override
        void begin(int count) {}

        @Override
        void rewind() {
            rewindSources();
        }

        @Override
        void next() {
            nextSourced();
        }

        @Override
        int document() {
            return target;
        }

        @Override
        int frequency() {
            return sourcedFrequency();
        }
    }

    /// Collects a term's postings first: short lists in an array that is sorted, long ones in a
    /// slot for every document of the output, outside the heap.
    ///
    /// Takes up to 8 MiB of heap; 4 bytes a document outside it once a list is long.
    private static final class Sorted extends PostingsWalk {
        private static final int SORTED_MAX = 1 << 20;

        private final Arena arena = Arena.ofConfined();

        /// Target in the upper half, frequency in the lower one.
        private long[] few = new long[1 << 10];

        /// Frequencies by target, 0 where there is none; null until a list is long.
        private @Nullable MemorySegment many;

        private boolean isFew;
        private int count;
        private int at;

        Sorted(RewriteInputs inputs, List<@Nullable MappedPostings> postings) {
            super(inputs, postings);
        }

        @Override
        void begin(int newCount) {
            count = newCount;
            isFew = count <= SORTED_MAX;
            if (isFew) {
                collectFew();
            } else {
                collectMany();
            }
            rewind();
        }

        private void collectFew() {
            if (few.length < count) {
                few = new long[Math.max(count, Math.min(SORTED_MAX, few.length * 2))];
            }
            for (int i = 0; i < count; i++) {
                nextSourced();
                few[i] = (long) target << Integer.SIZE | sourcedFrequency();
            }
            Arrays.sort(few, 0, count);
        }

        private void collectMany() {
            MemorySegment slots = many;
            if (slots == null) {
                slots = arena.allocate((long) documentCount() * Integer.BYTES, Integer.BYTES);
                many = slots;
            }
            slots.fill((byte) 0);
            for (int i = 0; i < count; i++) {
                nextSourced();
                slots.set(SegmentLayout.INT, (long) target * Integer.BYTES, sourcedFrequency());
            }
        }

        @Override
        void rewind() {
            at = -1;
        }

        @Override
        void next() {
            at++;
            while (!isFew && frequency() == 0) {
                at++;
            }
        }

        @Override
        int document() {
            return isFew ? (int) (few[at] >>> Integer.SIZE) : at;
        }

        @Override
        int frequency() {
            MemorySegment slots = many;
            return isFew || slots == null
                    ? (int) few[at]
                    : slots.get(SegmentLayout.INT, (long) at * Integer.BYTES);
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
