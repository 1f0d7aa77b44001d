package io.millrace.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Counts the documents of each value of a field over several segments. Confined to one search.
///
/// The values of most documents are found without looking at all: one of at least `n` documents is
/// in at least `n` / segments of some segment. So each segment names its own most frequent ones
/// first; what those come to in all is at least what the last of the answer will come to; and only
/// values that can reach that are looked up in the other segments.
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
            return mostOfOne(counts.getFirst(), limit, minCount);
        }
        Map<TermValue, Long> totals = new HashMap<>();
        for (TermCounts own : counts) {
            addTotals(own, own.top(limit), totals);
        }
        long least = minCount;
        if (totals.size() >= limit) {
            List<Long> falling = new ArrayList<>(totals.values());
            falling.sort(Comparator.reverseOrder());
            least = Math.max(least, falling.get(limit - 1));
        }
        int share = Math.toIntExact(Math.ceilDiv(least, Math.max(1, counts.size())));
        List<int[]> candidates = counts.stream().map(own -> own.atLeast(share)).toList();
        long lookups = candidates.stream().mapToLong(each -> each.length).sum() * counts.size();
        if (lookups * LOOKUP_COST > valuesAtHand()) {
            return mostOfAll(limit, minCount, prefix);
        }
        for (int i = 0; i < counts.size(); i++) {
            addTotals(counts.get(i), candidates.get(i), totals);
        }
        return totals.entrySet().stream()
                .map(entry -> new Counted(entry.getKey(), entry.getValue()))
                .filter(counted -> counted.documents() >= minCount)
                .sorted(Counted.MOST_FIRST)
                .limit(limit)
                .toList();
    }

    /// How many values there are to come by; endless where they are not all counted.
    private long valuesAtHand() {
        return counts.stream().allMatch(TermCounts::isComplete)
                ? counts.stream().mapToLong(each -> each.all().rising().length).sum()
                : Long.MAX_VALUE;
    }

    /// Ordinals have the order of the values, so of those with equally many documents the first
    /// that come along are taken.
    private static List<Counted> mostOfOne(TermCounts counts, int limit, int minCount) {
        int[] top = counts.top(limit);
        int least = minCount;
        if (top.length >= limit) {
            least = Math.max(least, IntStream.of(top).map(counts::count).min().orElse(0));
        }
        List<Integer> found =
                new ArrayList<>(IntStream.of(counts.atLeast(least + 1)).boxed().toList());
        int termCount = counts.slice().terms().termCount();
        int ordinal = counts.next(0);
        while (found.size() < limit && ordinal < termCount) {
            if (counts.count(ordinal) == least) {
                found.add(ordinal);
            }
            ordinal = counts.next(ordinal + 1);
        }
        return found.stream()
                .sorted(
                        Comparator.<Integer>comparingInt(counts::count)
                                .reversed()
                                .thenComparing(Comparator.naturalOrder()))
                .map(each -> new Counted(counts.slice().value(each), counts.count(each)))
                .toList();
    }

    private void addTotals(TermCounts own, int[] ordinals, Map<TermValue, Long> totals) {
        for (int ordinal : ordinals) {
            totals.computeIfAbsent(own.slice().value(ordinal), this::total);
        }
    }

    private long total(TermValue value) {
        long total = 0;
        for (TermCounts each : counts) {
            int at = each.slice().position(value, false);
            boolean isThere =
                    at < each.slice().terms().termCount() && each.slice().value(at).equals(value);
            total += isThere ? each.count(at) : 0;
        }
        return total;
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
