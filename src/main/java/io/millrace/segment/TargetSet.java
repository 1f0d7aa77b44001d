package io.millrace.segment;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Makes bitmaps of a rewritten segment out of those of its inputs. Confined to one thread.
///
/// Heap: the bitmap itself; where the rewrite sorts, one bit more for each of its documents.
final class TargetSet {
    private static final int BATCH = 4096;
    private static final int SORTED_MAX = 1 << 16;

    private final RewriteInputs inputs;

    /// By input; null for one without the field.
    private final List<@Nullable MappedTerms> terms;

    private final int[] batch = new int[BATCH];

    TargetSet(RewriteInputs inputs, List<@Nullable MappedTerms> terms) {
        this.inputs = inputs;
        this.terms = terms;
    }

    /// The documents that have any term.
    RoaringBitmap present() {
        Sink sink = sink(Integer.MAX_VALUE);
        for (int input = 0; input < terms.size(); input++) {
            MappedTerms of = terms.get(input);
            if (of != null) {
                add(input, of.present(), sink);
            }
        }
        return sink.finish();
    }

    /// The documents of the reader's term, `count` of them.
    RoaringBitmap of(TermSources.Reader reader, int count) {
        Sink sink = sink(count);
        while (reader.nextSource()) {
            add(reader.input(), documents(reader.input(), reader.ordinal()), sink);
        }
        return sink.finish();
    }

    /// The documents of some terms, each named by input and ordinal.
    RoaringBitmap of(IntList ofInputs, IntList ordinals) {
        long count = 0;
        for (int i = 0; i < ofInputs.size(); i++) {
            count += terms(ofInputs.get(i)).documentCount(ordinals.get(i));
        }
        Sink sink = sink(count);
        for (int i = 0; i < ofInputs.size(); i++) {
            add(ofInputs.get(i), documents(ofInputs.get(i), ordinals.get(i)), sink);
        }
        return sink.finish();
    }

    private ImmutableRoaringBitmap documents(int input, int ordinal) {
        return terms(input).documents(ordinal);
    }

    private MappedTerms terms(int input) {
        MappedTerms of = terms.get(input);
        if (of == null) {
            throw new IllegalStateException("input " + input + " has no terms");
        }
        return of;
    }

    /// @param expected how many targets there will be, more or less
    private Sink sink(long expected) {
        if (inputs.placement().keepsOrder()) {
            return new RisingSink();
        }
        return expected <= SORTED_MAX
                ? new SortingSink((int) expected)
                : new MarkingSink(inputs.documentCount());
    }

    private void add(int input, ImmutableRoaringBitmap documents, Sink sink) {
        DocumentPlacement placement = inputs.placement();
        // All of an input's places follow each other when none is left out.
        boolean shifts = placement.keepsOrder() && placement.leftOut(input).isEmpty();
        int shift = shifts && !documents.isEmpty() ? placement.target(input, 0) : 0;
        for (BatchIterator all = documents.getBatchIterator(); all.hasNext(); ) {
            int count = all.nextBatch(batch);
            int kept = count;
            if (shifts) {
                for (int i = 0; i < count; i++) {
                    batch[i] += shift;
                }
            } else {
                kept = 0;
                for (int i = 0; i < count; i++) {
                    int target = placement.target(input, batch[i]);
                    if (target >= 0) {
                        batch[kept++] = target;
                    }
                }
            }
            sink.add(batch, kept);
        }
    }

    /// Takes targets, each any number of times.
    private interface Sink {
        void add(int[] targets, int count);

        RoaringBitmap finish();
    }

    /// Takes targets that mostly rise.
    private static final class RisingSink implements Sink {
        private final RoaringBitmap bitmap = new RoaringBitmap();

        @Override
        public void add(int[] targets, int count) {
            bitmap.addN(targets, 0, count);
        }

        @Override
        public RoaringBitmap finish() {
            return bitmap;
        }
    }

    /// Sorts a few targets.
    private static final class SortingSink implements Sink {
        private int[] all;
        private int size;

        SortingSink(int expected) {
            all = new int[expected];
        }

        @Override
        public void add(int[] targets, int count) {
            // Terms that have become one may share documents.
            if (all.length < size + count) {
                all = Arrays.copyOf(all, Math.max(size + count, 2 * all.length));
            }
            System.arraycopy(targets, 0, all, size, count);
            size += count;
        }

        @Override
        public RoaringBitmap finish() {
            Arrays.sort(all, 0, size);
            RoaringBitmap bitmap = new RoaringBitmap();
            bitmap.addN(all, 0, size);
            return bitmap;
        }
    }

    /// Marks many targets in a plain array, which costs the same in any order.
    private static final class MarkingSink implements Sink {
        private final long[] words;

        MarkingSink(int documentCount) {
            words = new long[Math.ceilDiv(documentCount, Long.SIZE)];
        }

        @Override
        public void add(int[] targets, int count) {
            for (int i = 0; i < count; i++) {
                words[targets[i] >>> 6] |= 1L << targets[i];
            }
        }

        @Override
        public RoaringBitmap finish() {
            RoaringBitmap bitmap = new RoaringBitmap();
            int[] ones = new int[BATCH];
            int count = 0;
            for (int i = 0; i < words.length; i++) {
                for (long word = words[i]; word != 0; word &= word - 1) {
                    ones[count++] = i * Long.SIZE + Long.numberOfTrailingZeros(word);
                    if (count == BATCH) {
                        bitmap.addN(ones, 0, count);
                        count = 0;
                    }
                }
            }
            bitmap.addN(ones, 0, count);
            return bitmap;
        }
    }
}
