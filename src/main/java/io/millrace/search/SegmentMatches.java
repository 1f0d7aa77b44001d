package io.millrace.search;

import io.millrace.index.SegmentView;
import io.millrace.segment.DocumentSet;
import io.millrace.segment.DocumentWindow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// The live documents of one segment that meet a condition, found when they are asked for and as
/// far as that needs. Confined to one search.
final class SegmentMatches {

    /// Takes documents in rising order.
    @FunctionalInterface
    interface Visitor {
        /// False to end.
        boolean visit(int document);
    }

    /// Steps of a budget that finding the matches of a window counts, where there may be none.
    private static final int STEPS_PER_WINDOW = 64;

    private final Query condition;
    private final boolean isCounted;
    private final SegmentView segment;
    private final SegmentFilter plan;
    private final Windows scratch;
    private final SearchBudget budget = SearchBudget.current();
    private final int windows;
    private final int[] batch;
    private @Nullable WindowFilter filter;
    private long count = -1;
    private @Nullable ImmutableRoaringBitmap bitmap;

    /// @param isCounted how many they are is wanted in the end
    /// @param plan of the condition for this segment
    /// @param scratch of the search
    SegmentMatches(
            Query condition,
            boolean isCounted,
            SegmentView segment,
            SegmentFilter plan,
            Windows scratch) {
        this.condition = condition;
        this.isCounted = isCounted;
        this.segment = segment;
        this.plan = plan;
        batch = scratch.batch;
        this.scratch = scratch;
        budget.check();
        windows = Math.ceilDiv(segment.documentCount(), DocumentWindow.DOCUMENTS);
        if (budget.profile() != null) {
            // Who observes the search wants to know what every clause finds.
            filter();
        }
    }

    private WindowFilter filter() {
        WindowFilter made = filter;
        if (made == null) {
            made = WindowFilter.live(plan, segment.deletedSet(), segment.documentCount(), scratch);
            filter = made;
        }
        return made;
    }

    /// True when [#count] will be asked in any case: whoever looks at all of them counts them, too.
    boolean isCounted() {
        return isCounted;
    }

    /// How many they are.
    long count() {
        if (count < 0) {
            count = counted();
        }
        return count;
    }

    /// As above where it is known, otherwise a guess that is never 0.
    long roughCount() {
        int all = Math.max(1, segment.documentCount());
        return count >= 0
                ? count
                : Math.clamp((long) (all * SegmentFilter.share(plan, all)), 1, all);
    }

    private long counted() {
        switch (filter()) {
            case WindowFilter.Everything(int documentCount) -> {
                return documentCount;
            }
            case WindowFilter.Leaf(DocumentSet set) -> {
                return set.cardinality();
            }
            case WindowFilter.Few(_, int count) -> {
                return count;
            }
            default -> {}
        }
        if (plan instanceof SegmentFilter.Everything
                || plan instanceof SegmentFilter.Budgeted(SegmentFilter.Everything _, _, _)) {
            return segment.liveCount();
        }
        DocumentWindow window = scratch.at(0);
        long sum = 0;
        for (int i = 0; i < windows; i++) {
            budget.check();
            sum += filter().count(i, window);
        }
        return sum;
    }

    int windowCount() {
        return windows;
    }

    /// Asked in any order.
    boolean contains(int document) {
        return filter().contains(document);
    }

    /// All from a document on, until the visitor has enough.
    void forEach(int from, Visitor visitor) {
        DocumentWindow window = scratch.at(0);
        for (int i = from / DocumentWindow.DOCUMENTS; i < windows; i++) {
            budget.spend(STEPS_PER_WINDOW);
            filter().load(i, window);
            int place = Math.max(0, from - i * DocumentWindow.DOCUMENTS);
            if (!visitWindow(i, place, visitor)) {
                return;
            }
        }
    }

    /// Those that meet another condition, too, which may change from window to window and be none;
    /// until the visitor has enough.
    void forEachNeeded(Supplier<@Nullable WindowFilter> needed, Visitor visitor) {
        for (int i = 0; i < windows; i++) {
            budget.check();
            load(i, needed.get());
            if (!visitWindow(i, 0, visitor)) {
                return;
            }
        }
    }

    /// Those of one window, as far as they meet another condition, too; good until the next call.
    DocumentWindow load(int i, @Nullable WindowFilter needed) {
        DocumentWindow window = scratch.at(0);
        if (needed == null) {
            filter().load(i, window);
        } else {
            needed.load(i, window);
            filter().retain(i, window);
        }
        return window;
    }

    Query condition() {
        return condition;
    }

    boolean isDeleted(int document) {
        return segment.deletedSet().contains(document);
    }

    Windows scratch() {
        return scratch;
    }

    /// A condition for [#forEachNeeded].
    WindowFilter byWindow(SegmentFilter condition) {
        return WindowFilter.of(condition, scratch, 1);
    }

    /// Takes documents in rising order, many at a time.
    @FunctionalInterface
    interface BatchVisitor {
        /// @param count of the documents, from the front of the array on
        void visit(int[] documents, int count);
    }

    /// All; how many they are is known afterwards.
    void forEachBatch(BatchVisitor visitor) {
        DocumentWindow window = scratch.at(0);
        long sum = 0;
        for (int i = 0; i < windows; i++) {
            budget.check();
            filter().load(i, window);
            int base = i * DocumentWindow.DOCUMENTS;
            int place = 0;
            int found;
            do {
                found = window.places(place, batch);
                place = found == 0 ? 0 : batch[found - 1] + 1;
                for (int at = 0; at < found; at++) {
                    batch[at] += base;
                }
                budget.spend(found);
                visitor.visit(batch, found);
                sum += found;
            } while (found == batch.length);
        }
        count = sum;
    }

    /// Those that are also among others, until the visitor has enough.
    void forEachAmong(SpanTerms others, Visitor visitor) {
        DocumentWindow window = scratch.at(0);
        for (int i = 0; i < windows; i++) {
            budget.check();
            filter().load(i, window);
            others.retain(i, window, scratch.at(1));
            if (!visitWindow(i, 0, visitor)) {
                return;
            }
        }
    }

    /// Those that are in a set.
    void forEachIn(DocumentSet set, Visitor visitor) {
        DocumentWindow window = scratch.at(0);
        for (int i = 0; i < windows; i++) {
            budget.spend(STEPS_PER_WINDOW);
            window.load(set, i);
            if (!window.isEmpty()) {
                filter().retain(i, window);
                if (!visitWindow(i, 0, visitor)) {
                    return;
                }
            }
        }
    }

    /// Those that are not in a set.
    void forEachOutside(DocumentSet set, Visitor visitor) {
        DocumentWindow window = scratch.at(0);
        for (int i = 0; i < windows; i++) {
            budget.spend(STEPS_PER_WINDOW);
            filter().load(i, window);
            window.remove(set, i);
            if (!visitWindow(i, 0, visitor)) {
                return;
            }
        }
    }

    private boolean visitWindow(int i, int from, Visitor visitor) {
        DocumentWindow window = scratch.at(0);
        int base = i * DocumentWindow.DOCUMENTS;
        int place = from;
        while (true) {
            int found = window.places(place, batch);
            budget.spend(found);
            for (int at = 0; at < found; at++) {
                if (!visitor.visit(base + batch[at])) {
                    return false;
                }
            }
            if (found < batch.length) {
                return true;
            }
            place = batch[found - 1] + 1;
        }
    }

    /// Sets the bits of all of them.
    ///
    /// @param bits one for each document of the segment, none of them set
    void copyTo(long[] bits) {
        DocumentWindow window = scratch.at(0);
        for (int i = 0; i < windows; i++) {
            budget.check();
            filter().load(i, window);
            window.copyTo(bits, i);
        }
    }

    /// All at once; made when it is first asked for.
    ImmutableRoaringBitmap bitmap() {
        ImmutableRoaringBitmap made = bitmap;
        if (made == null) {
            made = FilterPlanner.live(plan, segment.deleted());
            bitmap = made;
        }
        return made;
    }
}
