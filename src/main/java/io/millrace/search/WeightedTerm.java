package io.millrace.search;

import io.millrace.segment.PostingsReader;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.BufferFastAggregation;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// A term of a match as the whole snapshot weighs it. Immutable.
sealed interface WeightedTerm {

    /// Which word of the match it stands for; one word may have several terms.
    int slot();

    /// Inverse document frequency times what the query makes of it.
    float weight();

    default boolean occursIn(SegmentReader segment, TermsReader terms) {
        return !filters(segment, terms).isEmpty();
    }

    /// Walks its documents in a segment; null when there is none.
    PostingsReader.@Nullable Cursor cursor(
            SegmentReader segment, TermsReader terms, PostingsReader postings);

    /// Its documents in a segment: those of any of these.
    List<SegmentFilter> filters(SegmentReader segment, TermsReader terms);

    /// One term of the dictionary.
    ///
    /// - ordinals: by segment, where it occurs
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Word(int slot, byte[] utf8, Map<SegmentReader, Integer> ordinals, float weight)
            implements WeightedTerm {

        /// Below 0 where it does not occur.
        int ordinal(SegmentReader segment) {
            return ordinals.getOrDefault(segment, -1);
        }

        @Override
        public boolean occursIn(SegmentReader segment, TermsReader terms) {
            return ordinal(segment) >= 0;
        }

        @Override
        public PostingsReader.@Nullable Cursor cursor(
                SegmentReader segment, TermsReader terms, PostingsReader postings) {
            int ordinal = ordinal(segment);
            return ordinal < 0 ? null : postings.cursor(ordinal);
        }

        @Override
        public List<SegmentFilter> filters(SegmentReader segment, TermsReader terms) {
            int ordinal = ordinal(segment);
            return ordinal < 0 ? List.of() : List.of(new SegmentFilter.Term(terms, ordinal));
        }
    }

    /// Several that count as one: their frequencies in a document are added.
    record Spellings(int slot, List<byte[]> utf8, float weight) implements WeightedTerm {
        @Override
        public PostingsReader.@Nullable Cursor cursor(
                SegmentReader segment, TermsReader terms, PostingsReader postings) {
            List<PostingsReader.Cursor> cursors = new ArrayList<>();
            for (byte[] spelling : utf8) {
                int ordinal = terms.find(spelling);
                if (ordinal >= 0) {
                    cursors.add(postings.cursor(ordinal));
                }
            }
            return switch (cursors.size()) {
                case 0 -> null;
                case 1 -> cursors.getFirst();
                default -> new JointCursor(cursors);
            };
        }

        @Override
        public List<SegmentFilter> filters(SegmentReader segment, TermsReader terms) {
            return utf8.stream()
                    .mapToInt(terms::find)
                    .filter(ordinal -> ordinal >= 0)
                    .<SegmentFilter>mapToObj(ordinal -> new SegmentFilter.Term(terms, ordinal))
                    .toList();
        }
    }

    /// All terms with one beginning.
    ///
    /// - bySegment: the documents that have any, where there are some
    record Beginning(int slot, Map<SegmentReader, ImmutableRoaringBitmap> bySegment, float weight)
            implements WeightedTerm {

        /// The documents that have any term with this beginning.
        static ImmutableRoaringBitmap documents(TermsReader terms, byte[] prefix) {
            byte[] behind = FilterPlanner.behind(prefix);
            int from = terms.ceiling(prefix);
            int to = behind == null ? terms.termCount() : terms.ceiling(behind);
            return switch (to - from) {
                case 0 -> new MutableRoaringBitmap();
                case 1 -> terms.documents(from);
                default ->
                        BufferFastAggregation.naive_or(
                                IntStream.range(from, to)
                                        .mapToObj(ordinal -> {
                                            SearchBudget.current().spend(TermSpan.STEPS_PER_TERM);
                                            return terms.documents(ordinal);
                                        })
                                        .iterator());
            };
        }

        @Override
        public PostingsReader.@Nullable Cursor cursor(
                SegmentReader segment, TermsReader terms, PostingsReader postings) {
            ImmutableRoaringBitmap documents = bySegment.get(segment);
            return documents == null ? null : new OnceCursor(documents);
        }

        @Override
        public List<SegmentFilter> filters(SegmentReader segment, TermsReader terms) {
            ImmutableRoaringBitmap documents = bySegment.get(segment);
            return documents == null ? List.of() : List.of(new SegmentFilter.Listed(documents));
        }
    }
}
