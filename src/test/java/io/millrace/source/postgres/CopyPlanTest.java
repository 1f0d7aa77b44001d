package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.CopiedRange;
import io.millrace.change.CopyState;
import io.millrace.testing.Seeded;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CopyPlanTest {
    private static final int KEYS = 60;

    private static CopyPlan.Part next(CopyPlan plan) {
        return Objects.requireNonNull(plan.next());
    }

    @Test
    void aTableWithoutRowsIsOneRange() {
        CopyPlan plan = new CopyPlan(CopyState.NOTHING, 7);
        CopyPlan.Part all = plan.take(next(plan), List.of());
        assertFalse(plan.state().complete());
        plan.finish(all);
        assertEquals(
                new CopyState(List.of(new CopiedRange(List.of(), List.of(), 7)), true),
                plan.state());
    }

    @Test
    void neighboursOfOneSnapshotAreOneRange() {
        CopyPlan plan = new CopyPlan(CopyState.NOTHING, 7);
        CopyPlan.Part first = plan.take(next(plan), key(10));
        CopyPlan.Part second = plan.take(next(plan), key(20));
        plan.reach(second, key(15));
        assertEquals(List.of(new CopiedRange(key(10), key(15), 7)), plan.state().ranges());
        plan.finish(first);
        assertEquals(List.of(new CopiedRange(List.of(), key(15), 7)), plan.state().ranges());
    }

    /// Several readers, at most twenty lives, each with a snapshot of its own: in the end every key
    /// was copied once, and its range has the snapshot that showed it.
    @Test
    void everyKeyIsCopiedOnceByWhicheverSnapshotItsRangeNames() {
        Seeded.repeat(
                2_000,
                random -> {
                    CopyState committed = CopyState.NOTHING;
                    TreeMap<Integer, Long> copied = new TreeMap<>();
                    for (long life = 1; !committed.complete(); life++) {
                        TreeMap<Integer, Long> now = new TreeMap<>(copied);
                        CopyState reached = live(random, committed, life * 100, now, life >= 20);
                        committed = CopyState.NOTHING.equals(reached) ? committed : reached;
                        copied = now;
                        assertRanges(committed, copied);
                    }
                    assertEquals(KEYS, copied.size());
                });
    }

    /// Copies for a while and stops anywhere.
    private static CopyState live(
            RandomGenerator random,
            CopyState before,
            long position,
            TreeMap<Integer, Long> copied,
            boolean toTheEnd) {
        CopyPlan plan = new CopyPlan(before, position);
        List<CopyPlan.Part> taken = new ArrayList<>();
        List<Integer> reached = new ArrayList<>();
        while (!plan.isComplete() && (toTheEnd || random.nextInt(12) > 0)) {
            CopyPlan.Part next = plan.next();
            if (next != null && (taken.isEmpty() || (taken.size() < 3 && random.nextBoolean()))) {
                int from = after(next);
                int rows = 1 + random.nextInt(20);
                int cut = from + rows;
                taken.add(plan.take(next, cut < upTo(next) ? key(cut) : List.of()));
                reached.add(from);
                continue;
            }
            int reader = random.nextInt(taken.size());
            CopyPlan.Part part = taken.get(reader);
            int from = reached.get(reader);
            int to = Math.min(upTo(part), from + 1 + random.nextInt(8));
            for (int key = from + 1; key <= to; key++) {
                assertNull(copied.put(key, position), "copied twice: " + key);
            }
            reached.set(reader, to);
            if (to == upTo(part)) {
                plan.finish(part);
                taken.remove(reader);
                reached.subList(reader, reader + 1).clear();
            } else {
                plan.reach(part, key(to));
            }
        }
        return plan.state();
    }

    private static void assertRanges(CopyState state, TreeMap<Integer, Long> copied) {
        TreeMap<Integer, Long> shown = new TreeMap<>();
        int end = 0;
        for (CopiedRange range : state.ranges()) {
            int from = range.after().isEmpty() ? 0 : number(range.after());
            assertTrue(from >= end, () -> "ranges overlap: " + state);
            end = range.upTo().isEmpty() ? KEYS : number(range.upTo());
            for (int key = from + 1; key <= end; key++) {
                shown.put(key, range.position());
            }
        }
        assertEquals(copied, shown);
    }

    private static int after(CopyPlan.Part part) {
        return part.after().isEmpty() ? 0 : number(part.after());
    }

    private static int upTo(CopyPlan.Part part) {
        return part.upTo().isEmpty() ? KEYS : number(part.upTo());
    }

    private static int number(List<String> key) {
        return Integer.parseInt(key.getFirst());
    }

    private static List<String> key(int number) {
        return List.of(Integer.toString(number));
    }
}
