package io.millrace.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Counts the documents of each value of a field over several segments. Confined to one search.
///
/// The values of most documents are found without looking at all: one of at least `n` documents is
/// in at least `n` / segments of some segment. So the largest segment names its own most frequent
/// ones first; what those come to in all is at least what the last of the answer will come to; and
/// only values that can reach that are looked up in the other segments.
final class TermFacet {

    /// A value with its documents in all segments.
    record Counted(TermValue value, long documents) {
        private static final Comparator<Counted> MOST_FIRST =
                Comparator.comparingLong(Counted::documents)
                        .reversed()
                        .thenComparing(Counted::value);
    }

    /// How much longer it takes to look a value up in a segment than to come by it.
    private static final int LOOKUP_COST = 4;

    /// Steps of a budget that finding a value in a dictionary counts.
    private static final int STEPS_PER_LOOKUP = 32;

    private static final int ALWAYS_LOOKED_UP = 256;

    /// More values than this are not kept at a time: the segments are walked side by side.
    private static final int PARTIALS_MAX = 16_384;

    /// Segments whose documents come to so small a part of the bound together are not asked first.
    private static final int SMALL_SHARE = 8;

    /// What every value begins with.
    static final byte[] ANY = {};

    private final List<TermCounts> counts;
    private final List<FieldSlice> widened;

    TermFacet(List<FieldSlice> slices) {
        counts = slices.stream().filter(slice -> !slice.isWidened()).map(TermCounts::new).toList();
        widened = slices.stream().filter(FieldSlice::isWidened).toList();
    }

    /// The first values behind one, at most `limit`.
    ///
    /// @param prefix what the bytes of a value begin with
    List<Counted> byValue(int limit, int minCount, @Nullable TermValue after, byte[] prefix) {
        List<Counted> found = new ArrayList<>();
        CountedValues values = new CountedValues(counts, widened, after, prefix);
        while (found.size() < limit && values.advance()) {
            if (values.count() >= minCount) {
                found.add(new Counted(values.value(), values.count()));
            }
        }
        return found;
    }

    /// The values of most documents, at most `limit`; of equal ones the least.
    ///
    /// @param prefix what the bytes of a value begin with
    List<Counted> byCount(int limit, int minCount, byte[] prefix) {
        if (!widened.isEmpty() || prefix.length > 0) {
            return mostOfAll(limit, minCount, prefix);
        }
        if (counts.size() == 1) {
            TermCounts only = counts.getFirst();
            return only.top(limit, minCount).stream()
                    .map(each -> new Counted(only.slice().value(each.ordinal()), each.documents()))
                    .toList();
        }
        long bound = bound(limit, minCount);
        long[] shares = shares(bound);
        Map<TermValue, Partial> partials = new HashMap<>();
        long lookedAt = 0;
        for (int i = 0; i < counts.size(); i++) {
            TermCounts own = counts.get(i);
            if (shares[i] > own.documentCount()) {
                continue;
            }
            List<TermCounts.Count> candidates = own.atLeast(Math.toIntExact(shares[i]));
            lookedAt += shares[i] == 1 ? 0 : candidates.size();
            if (lookedAt > ALWAYS_LOOKED_UP && lookedAt * LOOKUP_COST > valuesAtHand()
                    || partials.size() > PARTIALS_MAX) {
                return mostOfAll(limit, minCount, prefix);
            }
            for (TermCounts.Count each : candidates) {
                partials.computeIfAbsent(own.slice().value(each.ordinal()), _ -> new Partial())
                        .add(i, each.documents());
            }
        }
        List<Counted> found = new ArrayList<>();
        partials.forEach((value, partial) -> {
            long most = partial.documents;
            for (int i = 0; i < shares.length; i++) {
                most += partial.segments.get(i) ? 0 : shares[i] - 1;
            }
            if (most >= bound) {
                found.add(new Counted(value, total(value, partial, shares)));
            }
        });
        return found.stream()
                .filter(each -> each.documents() >= minCount)
                .sorted(Counted.MOST_FIRST)
                .limit(limit)
                .toList();
    }

    /// For each segment, in how many of its documents a value is that can reach the bound and does
    /// not show in another segment: below all of these shares, it stays below the bound. Of a
    /// segment with few documents, no value has its share.
    private long[] shares(long bound) {
        long[] shares = new long[counts.size()];
        long small = 0;
        long large = 0;
        for (int i = 0; i < shares.length; i++) {
            long documents = counts.get(i).documentCount();
            if (small + documents <= bound / SMALL_SHARE) {
                small += documents;
                shares[i] = documents + 1;
            } else {
                large += documents;
            }
        }
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] == 0) {
                long documents = counts.get(i).documentCount();
                // Rounded up, so that what is below all shares adds up to less than the bound.
                shares[i] = Math.max(1, Math.ceilDiv((bound - small) * documents, large));
            }
        }
        return shares;
    }

    /// What the last value of the answer has at least: the most frequent ones of the segment with
    /// most documents come to this in all.
    private long bound(int limit, int minCount) {
        int largest = 0;
        for (int i = 1; i < counts.size(); i++) {
            if (counts.get(i).documentCount() > counts.get(largest).documentCount()) {
                largest = i;
            }
        }
        if (counts.isEmpty()) {
            return minCount;
        }
        TermCounts named = counts.get(largest);
        List<TermCounts.Count> most = named.top(limit, 1);
        if (most.size() < limit) {
            return minCount;
        }
        long[] totals = new long[limit];
        for (int at = 0; at < limit; at++) {
            Partial partial = new Partial();
            partial.add(largest, most.get(at).documents());
            totals[at] = total(named.slice().value(most.get(at).ordinal()), partial, null);
        }
        Arrays.sort(totals);
        return Math.max(minCount, totals[0]);
    }

    /// Documents of a value in some of the segments.
    private static final class Partial {
        private final BitSet segments = new BitSet();
        private long documents;

        private void add(int segment, int more) {
            segments.set(segment);
            documents += more;
        }
    }

    /// @param shares in which all those were looked for that are not in `partial`; null when none
    private long total(TermValue value, Partial partial, long @Nullable [] shares) {
        long total = partial.documents;
        for (int i = 0; i < counts.size(); i++) {
            // Where the share is one document, values that are not named have none.
            if (!partial.segments.get(i) && (shares == null || shares[i] > 1)) {
                SearchBudget.current().spend(STEPS_PER_LOOKUP);
                int ordinal = counts.get(i).slice().find(value);
                total += ordinal < 0 ? 0 : counts.get(i).count(ordinal);
            }
        }
        return total;
    }

    /// How many values there are to come by; endless where they are not all counted.
    private long valuesAtHand() {
        return counts.stream().allMatch(TermCounts::isComplete)
                ? counts.stream().mapToLong(each -> each.all().distinct()).sum()
                : Long.MAX_VALUE;
    }

    private List<Counted> mostOfAll(int limit, int minCount, byte[] prefix) {
        PriorityQueue<Counted> lastFirst = new PriorityQueue<>(Counted.MOST_FIRST.reversed());
        CountedValues values = new CountedValues(counts, widened, null, prefix);
        while (values.advance()) {
            if (values.count() >= minCount) {
                lastFirst.add(new Counted(values.value(), values.count()));
                if (lastFirst.size() > limit) {
                    lastFirst.remove();
                }
            }
        }
        return lastFirst.stream().sorted(Counted.MOST_FIRST).toList();
    }

    /// How many values there are.
    long distinct() {
        if (counts.size() == 1 && widened.isEmpty()) {
            return counts.getFirst().distinct();
        }
        long distinct = 0;
        CountedValues values = new CountedValues(counts, widened, null, ANY);
        while (values.advance()) {
            distinct++;
        }
        return distinct;
    }
}
