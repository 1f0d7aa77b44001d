package io.millrace.search;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmapWriter;
import org.roaringbitmap.buffer.BufferFastAggregation;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// A condition made ready for one segment: constants are term ordinals, costs are known. Confined
/// to one search.
///
/// Deleted documents count like others: whoever asks for the outermost filter takes them away,
/// once.
sealed interface SegmentFilter {
    Comparator<SegmentFilter> CHEAPEST_FIRST =
            (a, b) -> Long.compare(a.costDocuments(), b.costDocuments());

    /// Roughly how many documents must be looked at; the smaller comes first.
    long costDocuments();

    /// The documents that meet the condition. With `candidates`, the answer is right for those and
    /// arbitrary for all others: the caller intersects. The result may be read in place from the
    /// segment and is never changed.
    ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates);

    /// The share of all documents that meet a condition, guessed as if its clauses had nothing to
    /// do with each other.
    static double share(SegmentFilter filter, int documentCount) {
        return switch (filter) {
            case Budgeted(SegmentFilter inner, _, _) -> share(inner, documentCount);
            case Intersection(List<SegmentFilter> filters) -> {
                double share = 1;
                for (SegmentFilter one : filters) {
                    share *= share(one, documentCount);
                }
                yield share;
            }
            case Union(List<SegmentFilter> filters) -> {
                double others = 1;
                for (SegmentFilter one : filters) {
                    others *= 1 - share(one, documentCount);
                }
                yield 1 - others;
            }
            case Complement(SegmentFilter inner, _) -> 1 - share(inner, documentCount);
            case Nothing _, Everything _, Term _, Listed _, Threshold _, Together _, Span _ ->
                    Math.min(1, (double) filter.costDocuments() / documentCount);
        };
    }

    /// No document.
    record Nothing() implements SegmentFilter {
        @Override
        public long costDocuments() {
            return 0;
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            return new MutableRoaringBitmap();
        }
    }

    /// Every document of the segment.
    record Everything(int documentCount) implements SegmentFilter {
        @Override
        public long costDocuments() {
            return documentCount;
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            return candidates == null ? range(documentCount) : candidates;
        }
    }

    /// The documents of one term.
    record Term(TermsReader terms, int ordinal, int documentCount) implements SegmentFilter {
        Term(TermsReader terms, int ordinal) {
            this(terms, ordinal, terms.documentCount(ordinal));
        }

        @Override
        public long costDocuments() {
            return documentCount;
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            return terms.documents(ordinal);
        }

        DocumentSet set() {
            return terms.set(ordinal);
        }
    }

    /// Documents that the segment, or the planner, already holds as a bitmap.
    record Listed(ImmutableRoaringBitmap listed) implements SegmentFilter {
        @Override
        public long costDocuments() {
            return listed.getLongCardinality();
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            return listed;
        }
    }

    /// All of several.
    record Intersection(List<SegmentFilter> cheapestFirst) implements SegmentFilter {
        public Intersection {
            cheapestFirst = cheapestFirst(cheapestFirst);
        }

        @Override
        public long costDocuments() {
            return cheapestFirst.getFirst().costDocuments();
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            ImmutableRoaringBitmap left = candidates;
            MutableRoaringBitmap own = null;
            for (SegmentFilter filter : cheapestFirst) {
                ImmutableRoaringBitmap found = filter.documents(left);
                if (left == null) {
                    left = found;
                } else if (own == null) {
                    own = ImmutableRoaringBitmap.and(left, found);
                    left = own;
                } else {
                    own.and(found);
                }
                if (left.isEmpty()) {
                    break;
                }
            }
            return left == null ? new MutableRoaringBitmap() : left;
        }

        private static List<SegmentFilter> cheapestFirst(List<SegmentFilter> filters) {
            List<SegmentFilter> sorted = new ArrayList<>(filters);
            sorted.sort(CHEAPEST_FIRST);
            return sorted;
        }
    }

    /// Any of several.
    record Union(List<SegmentFilter> filters) implements SegmentFilter {
        @Override
        public long costDocuments() {
            return filters.stream().mapToLong(SegmentFilter::costDocuments).sum();
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            SearchBudget budget = SearchBudget.current();
            return BufferFastAggregation.naive_or(
                    filters.stream()
                            .map(filter -> {
                                budget.spend(TermSpan.STEPS_PER_TERM);
                                return filter.documents(candidates);
                            })
                            .iterator());
        }
    }

    /// At least so many of several, and fewer than all.
    record Threshold(int required, List<SegmentFilter> filters) implements SegmentFilter {
        @Override
        public long costDocuments() {
            return filters.stream().mapToLong(SegmentFilter::costDocuments).sum() / required;
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            return OccurrenceCount.atLeast(
                    required,
                    filters.stream().map(filter -> filter.documents(candidates)).toList());
        }
    }

    /// Any of several, of which there may be none or one.
    static SegmentFilter any(List<SegmentFilter> filters) {
        return switch (filters.size()) {
            case 0 -> new Nothing();
            case 1 -> filters.getFirst();
            default -> new Union(filters);
        };
    }

    /// At least so many of several.
    static SegmentFilter atLeast(int required, List<SegmentFilter> filters) {
        if (required == filters.size()) {
            return new Intersection(filters);
        }
        return required == 1 ? new Union(filters) : new Threshold(required, filters);
    }

    /// Those of the documents with all words of a phrase that have them together.
    record Together(SegmentFilter words, Query.Phrase phrase, SegmentReader segment)
            implements SegmentFilter {
        @Override
        public long costDocuments() {
            return words.costDocuments();
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            ImmutableRoaringBitmap having = words.documents(candidates);
            PhraseMatcher matcher = new PhraseMatcher(phrase, segment);
            SearchBudget budget = SearchBudget.current();
            RoaringBitmapWriter<MutableRoaringBitmap> found =
                    RoaringBitmapWriter.bufferWriter().get();
            PeekableIntIterator each =
                    (candidates == null ? having : ImmutableRoaringBitmap.and(having, candidates))
                            .getIntIterator();
            while (each.hasNext()) {
                int document = each.next();
                budget.spend(matcher.stepsPerDocument());
                if (matcher.frequency(document) > 0) {
                    found.add(document);
                }
            }
            return found.get();
        }
    }

    /// All documents but some.
    record Complement(SegmentFilter filter, int documentCount) implements SegmentFilter {
        @Override
        public long costDocuments() {
            return Math.max(0, documentCount - filter.costDocuments());
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            return ImmutableRoaringBitmap.andNot(
                    candidates == null ? range(documentCount) : candidates,
                    filter.documents(candidates));
        }
    }

    /// See [TermSpan].
    record Span(TermSpan span) implements SegmentFilter {
        @Override
        public long costDocuments() {
            return span.costDocuments();
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            return span.documents(candidates);
        }
    }

    /// Tells the budget of the search, and who observes it, what finding documents takes.
    record Budgeted(SegmentFilter filter, SearchBudget budget, Profile.@Nullable Clause observed)
            implements SegmentFilter {
        @Override
        public long costDocuments() {
            return filter.costDocuments();
        }

        @Override
        public ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
            budget.check();
            long before = budget.heldBytes();
            long begun = observed == null ? 0 : observed.begin();
            ImmutableRoaringBitmap found = filter.documents(candidates);
            if (observed != null) {
                observed.found(begun, found.getLongCardinality(), found.getSizeInBytes());
            }
            budget.letGo(before);
            if (found instanceof MutableRoaringBitmap) {
                budget.hold(found.getSizeInBytes());
            }
            return found;
        }
    }

    private static MutableRoaringBitmap range(int documentCount) {
        return MutableRoaringBitmap.bitmapOfRange(0, documentCount);
    }
}
