package io.millrace.search;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.List;

/// A [SegmentFilter] that is looked at window by window, or document by document: nothing of the
/// size of a segment is made. Confined to one search.
///
/// Filters inside each other work on [Windows] of different levels.
sealed interface WindowFilter {

    /// More terms than this are united once, not in every window.
    int UNITED_MAX = 64;

    /// The documents of a window that meet the condition.
    void load(int window, DocumentWindow into);

    /// Takes away those that do not meet it.
    void retain(int window, DocumentWindow in);

    /// How many documents of a window meet it.
    ///
    /// @param scratch is overwritten
    default int count(int window, DocumentWindow scratch) {
        load(window, scratch);
        return scratch.cardinality();
    }

    /// How many of a window's documents meet it; the window is arbitrary afterwards.
    default int countIn(int window, DocumentWindow in) {
        retain(window, in);
        return in.cardinality();
    }

    /// Asked in any order.
    boolean contains(int document);

    /// @param level of the first window that is free
    static WindowFilter of(SegmentFilter filter, Windows scratch, int level) {
        return switch (filter) {
            // One that is observed is found as a whole, clause by clause.
            case SegmentFilter.Budgeted(SegmentFilter inner, _, Profile.Clause observed)
                    when observed == null && isByWindow(inner) ->
                    of(inner, scratch, level);
            case SegmentFilter.Nothing _ -> Few.NONE;
            case SegmentFilter.Everything(int documentCount) -> new Everything(documentCount);
            case SegmentFilter.Term term when term.documentCount() <= TermsReader.FEW ->
                    Few.of(term);
            case SegmentFilter.Term term -> new Leaf(term.set());
            case SegmentFilter.Listed(var listed) -> new Leaf(DocumentSet.of(listed));
            // Positions are compared for as few documents as can be.
            case SegmentFilter.Intersection(List<SegmentFilter> filters) when isByWindow(filter) ->
                    All.of(filters, scratch, level);
            case SegmentFilter.Union(List<SegmentFilter> filters) when isByWindow(filter) ->
                    new Any(each(filters, scratch, level + 2), scratch, level);
            case SegmentFilter.Complement(SegmentFilter inner, int documentCount) ->
                    new Complement(of(inner, scratch, level + 1), documentCount, scratch, level);
            case SegmentFilter.Span(TermSpan span) -> new Span(span, scratch, level);
            case SegmentFilter.Budgeted _,
                    SegmentFilter.Intersection _,
                    SegmentFilter.Union _,
                    SegmentFilter.Together _,
                    SegmentFilter.Threshold _ ->
                    new Leaf(DocumentSet.of(filter.documents(null)));
        };
    }

    /// False for what is found for the whole segment at once.
    private static boolean isByWindow(SegmentFilter filter) {
        return switch (filter) {
            case SegmentFilter.Intersection(List<SegmentFilter> filters) -> {
                boolean isEach = true;
                for (SegmentFilter one : filters) {
                    isEach &= !(bare(one) instanceof SegmentFilter.Together);
                }
                yield isEach;
            }
            case SegmentFilter.Union(List<SegmentFilter> filters) -> filters.size() <= UNITED_MAX;
            case SegmentFilter.Together _, SegmentFilter.Threshold _ -> false;
            default -> true;
        };
    }

    private static List<WindowFilter> each(
            List<SegmentFilter> filters, Windows scratch, int level) {
        List<WindowFilter> each = new ArrayList<>(filters.size());
        for (SegmentFilter filter : filters) {
            each.add(of(filter, scratch, level));
        }
        return each;
    }

    private static SegmentFilter bare(SegmentFilter filter) {
        return filter instanceof SegmentFilter.Budgeted(SegmentFilter inner, _, _) ? inner : filter;
    }

    /// The filter without deleted documents, to be used on a window of level 0.
    static WindowFilter live(
            SegmentFilter filter, DocumentSet deleted, int documentCount, Windows scratch) {
        WindowFilter found = of(filter, scratch, 1);
        return deleted.cardinality() == 0
                ? found
                : new All(
                        List.of(
                                found,
                                new Complement(new Leaf(deleted), documentCount, scratch, 1)),
                        scratch);
    }

    /// Every document.
    record Everything(int documentCount) implements WindowFilter {
        @Override
        public void load(int window, DocumentWindow into) {
            into.fill(documentCount - window * DocumentWindow.DOCUMENTS);
        }

        @Override
        public void retain(int window, DocumentWindow in) {}

        @Override
        public boolean contains(int document) {
            return true;
        }
    }

    /// A set that is there.
    record Leaf(DocumentSet set) implements WindowFilter {
        @Override
        public void load(int window, DocumentWindow into) {
            into.load(set, window);
        }

        @Override
        public void retain(int window, DocumentWindow in) {
            in.retain(set, window);
        }

        @Override
        public int countIn(int window, DocumentWindow in) {
            return in.countIn(set, window);
        }

        @Override
        public boolean contains(int document) {
            return set.contains(document);
        }
    }

    /// The documents of a term that few have, rising.
    ///
    /// @param count of those that the array holds, from its front on
    record Few(int[] documents, int count) implements WindowFilter {
        static final Few NONE = new Few(new int[0], 0);

        private static Few of(SegmentFilter.Term term) {
            int[] documents = new int[TermsReader.FEW];
            return new Few(documents, term.terms().few(term.ordinal(), documents));
        }

        @Override
        public void load(int window, DocumentWindow into) {
            into.clear();
            for (int i = 0; i < count; i++) {
                if (documents[i] / DocumentWindow.DOCUMENTS == window) {
                    into.append(documents[i] % DocumentWindow.DOCUMENTS);
                }
            }
        }

        @Override
        public void retain(int window, DocumentWindow in) {
            int kept = 0;
            int[] both = new int[count];
            for (int i = 0; i < count; i++) {
                if (documents[i] / DocumentWindow.DOCUMENTS == window
                        && in.contains(documents[i] % DocumentWindow.DOCUMENTS)) {
                    both[kept++] = documents[i] % DocumentWindow.DOCUMENTS;
                }
            }
            in.clear();
            for (int i = 0; i < kept; i++) {
                in.append(both[i]);
            }
        }

        @Override
        public boolean contains(int document) {
            for (int i = 0; i < count; i++) {
                if (documents[i] == document) {
                    return true;
                }
            }
            return false;
        }
    }

    /// All of several, at least one.
    record All(List<WindowFilter> cheapestFirst, Windows windows) implements WindowFilter {

        /// What is better asked for few documents comes last.
        ///
        /// @param filters the cheapest first
        private static All of(List<SegmentFilter> filters, Windows scratch, int level) {
            List<WindowFilter> sorted = new ArrayList<>(filters.size());
            for (SegmentFilter filter : filters) {
                if (!needsCandidates(filter)) {
                    sorted.add(WindowFilter.of(filter, scratch, level));
                }
            }
            for (SegmentFilter filter : filters) {
                if (needsCandidates(filter)) {
                    sorted.add(WindowFilter.of(filter, scratch, level));
                }
            }
            return new All(sorted, scratch);
        }

        private static boolean needsCandidates(SegmentFilter filter) {
            return switch (bare(filter)) {
                case SegmentFilter.Span _, SegmentFilter.Complement _, SegmentFilter.Everything _ ->
                        true;
                default -> false;
            };
        }

        @Override
        public void load(int window, DocumentWindow into) {
            cheapestFirst.getFirst().load(window, into);
            retainOthers(1, cheapestFirst.size(), window, into);
        }

        @Override
        public int count(int window, DocumentWindow scratch) {
            int last = cheapestFirst.size() - 1;
            WindowFilter first = cheapestFirst.getFirst();
            if (last == 0) {
                return first.count(window, scratch);
            }
            if (last == 1
                    && first instanceof Leaf(DocumentSet a)
                    && cheapestFirst.get(1) instanceof Leaf(DocumentSet b)) {
                return windows.common.count(a, b, window);
            }
            first.load(window, scratch);
            return countLast(1, window, scratch);
        }

        @Override
        public int countIn(int window, DocumentWindow in) {
            return countLast(0, window, in);
        }

        private int countLast(int from, int window, DocumentWindow in) {
            int last = cheapestFirst.size() - 1;
            retainOthers(from, last, window, in);
            return in.isEmpty() ? 0 : cheapestFirst.get(last).countIn(window, in);
        }

        @Override
        public void retain(int window, DocumentWindow in) {
            retainOthers(0, cheapestFirst.size(), window, in);
        }

        private void retainOthers(int from, int to, int window, DocumentWindow in) {
            for (int i = from; i < to && !in.isEmpty(); i++) {
                cheapestFirst.get(i).retain(window, in);
            }
        }

        @Override
        public boolean contains(int document) {
            for (int i = 0; i < cheapestFirst.size(); i++) {
                if (!cheapestFirst.get(i).contains(document)) {
                    return false;
                }
            }
            return true;
        }
    }

    /// Any of several.
    record Any(List<WindowFilter> filters, Windows scratch, int level) implements WindowFilter {

        @Override
        public void load(int window, DocumentWindow into) {
            into.clear();
            for (WindowFilter filter : filters) {
                if (filter instanceof Leaf(DocumentSet set)) {
                    into.add(set, window);
                } else {
                    DocumentWindow one = scratch.at(level + 1);
                    filter.load(window, one);
                    into.add(one);
                }
            }
        }

        @Override
        public void retain(int window, DocumentWindow in) {
            DocumentWindow all = scratch.at(level);
            load(window, all);
            in.retain(all);
        }

        @Override
        public boolean contains(int document) {
            for (int i = 0; i < filters.size(); i++) {
                if (filters.get(i).contains(document)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// All documents but some.
    record Complement(WindowFilter filter, int documentCount, Windows scratch, int level)
            implements WindowFilter {

        @Override
        public void load(int window, DocumentWindow into) {
            into.fill(documentCount - window * DocumentWindow.DOCUMENTS);
            retain(window, into);
        }

        @Override
        public void retain(int window, DocumentWindow in) {
            if (filter instanceof Leaf(DocumentSet set)) {
                in.remove(set, window);
                return;
            }
            DocumentWindow without = scratch.at(level);
            filter.load(window, without);
            in.remove(without);
        }

        @Override
        public boolean contains(int document) {
            return !filter.contains(document);
        }
    }

    /// See [TermSpan].
    record Span(TermSpan span, Windows scratch, int level) implements WindowFilter {
        @Override
        public void load(int window, DocumentWindow into) {
            into.load(span.presentSet(), window);
            retain(window, into);
        }

        @Override
        public void retain(int window, DocumentWindow in) {
            span.retain(window, in, scratch, level);
        }

        @Override
        public int countIn(int window, DocumentWindow in) {
            return span.countIn(window, in, scratch, level);
        }

        @Override
        public boolean contains(int document) {
            return span.holds(document);
        }
    }
}
