package io.millrace.search;

import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Counts the documents of each value of a field over several segments. Confined to one search.
///
/// The values of most documents are found without looking at all: the frequent ones of the largest
/// segment are counted first ([JointCounts]); what the last of the answer comes to among these is a
/// bound; one of the other values that reaches it is in at least bound / segments documents of some
/// segment, and only such values are looked up in the other segments.
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

    private final @Nullable TermsReader names;

    /// @param names the dictionary of the segment with most documents, whether any of them match or
    ///   not; null when all slices are widened
    TermFacet(List<FieldSlice> slices, @Nullable TermsReader names) {
        this.names = names;
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
        if (counts.isEmpty() || names == null) {
            return List.of();
        }
        JointCounts joint = new JointCounts(names, counts);
        List<Counted> found = joint.top(limit, minCount);
        long bound =
                found.size() < limit
                        ? minCount
                        : found.stream().mapToLong(Counted::documents).min().orElseThrow();
        List<Counted> others = others(joint, bound);
        if (others == null) {
            counts.forEach(TermCounts::putBack);
            return mostOfAll(limit, minCount, prefix);
        }
        found.addAll(others);
        return found.stream().sorted(Counted.MOST_FIRST).limit(limit).toList();
    }

    /// The values that are not joint and reach a bound; null when there are so many candidates that
    /// to look at all values takes less.
    private @Nullable List<Counted> others(JointCounts joint, long bound) {
        long[] most = new long[counts.size()];
        if (most(joint, false, most) < bound || most(joint, true, most) < bound) {
            return List.of();
        }
        long[] shares = shares(bound, most);
        Map<TermValue, Partial> partials = new HashMap<>();
        long lookedAt = 0;
        for (int i = 0; i < counts.size(); i++) {
            if (shares[i] > most[i]) {
                continue;
            }
            TermCounts own = counts.get(i);
            int room = PARTIALS_MAX - partials.size();
            List<TermCounts.Count> candidates =
                    own.unshared(joint.shared(i), Math.toIntExact(shares[i]), room);
            lookedAt += shares[i] == 1 ? 0 : candidates.size();
            if (candidates.size() > room
                    || (lookedAt > ALWAYS_LOOKED_UP && lookedAt * LOOKUP_COST > valuesAtHand())) {
                return null;
            }
            for (TermCounts.Count each : candidates) {
                partials.computeIfAbsent(own.slice().value(each.ordinal()), _ -> new Partial())
                        .add(i, each.documents());
            }
        }
        List<Counted> found = new ArrayList<>();
        partials.forEach((value, partial) -> {
            long reached = partial.documents;
            for (int i = 0; i < shares.length; i++) {
                reached += partial.segments.get(i) ? 0 : Math.min(most[i], shares[i] - 1);
            }
            if (reached >= bound) {
                long total = total(value, partial, shares);
                if (total >= bound) {
                    found.add(new Counted(value, total));
                }
            }
        });
        return found;
    }

    /// In how many documents of each segment a value is at most that is not joint; returns the sum.
    private long most(JointCounts joint, boolean closely, long[] most) {
        long sum = 0;
        for (int i = 0; i < most.length; i++) {
            most[i] = counts.get(i).unsharedMax(joint.shared(i), closely);
            sum += most[i];
        }
        return sum;
    }

    /// For each segment, in how many of its documents a value is that can reach the bound and does
    /// not show in another segment: below all of these shares, it stays below the bound. Of a
    /// segment that can add little, no value has its share.
    ///
    /// @param most documents of a value in each segment; in all, they reach the bound
    private static long[] shares(long bound, long[] most) {
        long[] shares = new long[most.length];
        long small = 0;
        long large = 0;
        for (int i = 0; i < shares.length; i++) {
            if (small + most[i] <= bound / SMALL_SHARE) {
                small += most[i];
                shares[i] = most[i] + 1;
            } else {
                large += most[i];
            }
        }
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] == 0) {
                // Rounded up, so that what is below all shares adds up to less than the bound.
                shares[i] = Math.ceilDiv((bound - small) * most[i], large);
            }
        }
        return shares;
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

    /// @param shares in which all those were looked for that are not in `partial`
    private long total(TermValue value, Partial partial, long[] shares) {
        long total = partial.documents;
        for (int i = 0; i < counts.size(); i++) {
            // Where the share is one document, values that are not named have none.
            if (!partial.segments.get(i) && shares[i] > 1) {
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
