package io.millrace.source.postgres;

import io.millrace.change.CopiedRange;
import io.millrace.change.CopyState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys of a table, cut into parts in their order: some copied before, some being copied under
/// the snapshot of this plan, the rest to be cut further. Knows nothing of the order itself: a cut
/// lies where the database said. Confined to whoever guards it.
final class CopyPlan {
    private final long position;
    private final List<Part> parts = new ArrayList<>();
    private int unfinished;

    /// A range of keys in one piece.
    static final class Part {
        private final List<String> after;
        private List<String> upTo;
        private final long shows;

        /// The last key of it that was copied; null when there is none yet.
        private @Nullable List<String> reached;

        private boolean taken;
        private boolean finished;

        private Part(List<String> after, List<String> upTo, long shows) {
            this.after = after;
            this.upTo = upTo;
            this.shows = shows;
        }

        /// The last key before it, empty from the first key on.
        List<String> after() {
            return after;
        }

        /// Its last key, empty to the last one there is.
        List<String> upTo() {
            return upTo;
        }
    }

    /// @param before what other snapshots have shown
    /// @param position of the snapshot that shows the rest
    CopyPlan(CopyState before, long position) {
        this.position = position;
        List<String> end = List.of();
        boolean isClosed = false;
        for (CopiedRange range : before.ranges()) {
            if (!parts.isEmpty() ? !end.equals(range.after()) : !range.after().isEmpty()) {
                open(end, range.after());
            }
            Part copied = new Part(range.after(), range.upTo(), range.position());
            copied.taken = true;
            copied.finished = true;
            parts.add(copied);
            end = range.upTo();
            isClosed = end.isEmpty();
        }
        if (!isClosed && !before.complete()) {
            open(end, List.of());
        }
    }

    private void open(List<String> after, List<String> upTo) {
        parts.add(new Part(after, upTo, position));
        unfinished++;
    }

    /// The first part that nobody copies, or null when there is none.
    @Nullable Part next() {
        return parts.stream().filter(part -> !part.taken).findFirst().orElse(null);
    }

    /// Takes the beginning of a part that nobody copies; the rest stays to be taken.
    ///
    /// @param cut the last key to be copied, empty for the whole part
    Part take(Part part, List<String> cut) {
        part.taken = true;
        if (!cut.isEmpty() && !cut.equals(part.upTo)) {
            parts.add(parts.indexOf(part) + 1, new Part(cut, part.upTo, position));
            unfinished++;
            part.upTo = cut;
        }
        return part;
    }

    /// The rows of a part are copied up to a key.
    void reach(Part part, List<String> key) {
        part.reached = key;
    }

    /// All rows of a part are copied.
    void finish(Part part) {
        part.finished = true;
        unfinished--;
    }

    boolean isComplete() {
        return unfinished == 0;
    }

    /// Key ranges that are still to be copied, for an estimate.
    List<Part> rest() {
        return parts.stream().filter(part -> !part.finished).toList();
    }

    /// What was copied so far; neighbours that show the same are one range.
    CopyState state() {
        List<CopiedRange> ranges = new ArrayList<>();
        for (Part part : parts) {
            List<String> upTo = part.finished ? part.upTo : part.reached;
            if (upTo == null) {
                continue;
            }
            CopiedRange before = ranges.isEmpty() ? null : ranges.getLast();
            if (before != null
                    && before.position() == part.shows
                    && before.upTo().equals(part.after)) {
                ranges.set(ranges.size() - 1, new CopiedRange(before.after(), upTo, part.shows));
            } else {
                ranges.add(new CopiedRange(part.after, upTo, part.shows));
            }
        }
        return new CopyState(ranges, isComplete());
    }
}
