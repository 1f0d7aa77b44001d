package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.testing.Awaiting;
import io.millrace.testing.Seeded;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
    private static final int BUDGET = 1000;

    private final MemoryPool pool = new MemoryPool(BUDGET);
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void theLargestIsAskedWhenItGetsTight() {
        MemoryPool.Share small = open();
        MemoryPool.Share large = open();
        assertTrue(small.reserve(300));
        assertTrue(large.reserve(400));
        assertEquals(0, asked.get());

        assertTrue(small.reserve(390));
        MemoryPool.Share third = open();
        assertTrue(third.reserve(50));

        assertTrue(large.isAsked());
        assertFalse(small.isAsked());
        assertFalse(third.isAsked());
        assertEquals(1, asked.get());
    }

    @Test
    void whoeverIsAskedGivesBackBeforeItGetsMore() {
        MemoryPool.Share share = open();
        assertTrue(share.reserve(900));
        assertTrue(share.isAsked());

        assertFalse(share.reserve(10));
        assertFalse(share.reserve(950));
        share.release();

        assertTrue(share.reserve(700));
        assertFalse(share.isAsked());
    }

    @Test
    void whoFindsItFullWaitsUntilTheLargestGaveBack() {
        MemoryPool.Share large = open();
        MemoryPool.Share late = open();
        assertTrue(large.reserve(700));
        CompletableFuture<Boolean> waiting = inBackground(() -> late.reserve(500));
        Awaiting.that("the largest is asked", large::isAsked);
        assertFalse(waiting.isDone());

        large.release();

        assertTrue(waiting.join());
        assertTrue(pool.peakBytes() <= BUDGET);
    }

    @Test
    void aLargeWishIsNotOvertakenForEver() {
        MemoryPool.Share first = open();
        MemoryPool.Share large = open();
        MemoryPool.Share small = open();
        assertTrue(first.reserve(500));
        CompletableFuture<Boolean> waiting = inBackground(() -> large.reserve(900));
        Awaiting.that("the first is asked", first::isAsked);

        CompletableFuture<Boolean> behind = inBackground(() -> small.reserve(100));
        first.release();

        assertTrue(waiting.join());
        large.release();
        assertTrue(behind.join());
    }

    @Test
    void whatIsLargerThanTheBudgetIsLetThroughWhenNobodyHoldsAnything() {
        MemoryPool.Share other = open();
        MemoryPool.Share huge = open();
        assertTrue(other.reserve(10));
        CompletableFuture<Boolean> waiting = inBackground(() -> huge.reserve(5000));
        Awaiting.that("everybody is asked", other::isAsked);

        other.release();

        assertTrue(waiting.join());
        assertEquals(5000, pool.reservedBytes());
    }

    @Test
    void closingEndsAWait() {
        MemoryPool.Share holder = open();
        MemoryPool.Share waits = open();
        assertTrue(holder.reserve(700));
        CompletableFuture<Boolean> waiting = inBackground(() -> waits.reserve(500));
        Awaiting.that("the holder is asked", holder::isAsked);

        waits.close();

        Throwable refused =
                assertThrows(java.util.concurrent.CompletionException.class, waiting::join);
        assertTrue(refused.getCause() instanceof MillraceException.Unavailable);
        assertTrue(holder.reserve(700) || holder.isAsked());
    }

    /// Lanes as they behave: they grow, write when they are asked, and end.
    @Test
    void manyLanesNeverHoldMoreThanTheBudgetAndAllGetThrough() {
        Seeded.repeat(
                30,
                random -> {
                    MemoryPool shared = new MemoryPool(BUDGET);
                    List<CompletableFuture<Boolean>> lanes = new ArrayList<>();
                    for (int lane = 0; lane < 2 + random.nextInt(6); lane++) {
                        SplittableRandom own = new SplittableRandom(random.nextLong());
                        lanes.add(inBackground(() -> grow(shared, own)));
                    }
                    lanes.forEach(lane -> assertTrue(lane.join()));
                    assertEquals(0, shared.reservedBytes());
                    assertTrue(shared.peakBytes() <= BUDGET, "peak of " + shared.peakBytes());
                });
    }

    private static boolean grow(MemoryPool shared, SplittableRandom random) {
        MemoryPool.Share share = shared.open(() -> {});
        long held = 0;
        for (int document = 0; document < 500; document++) {
            long size = 1L + random.nextInt(random.nextInt(10) == 0 ? BUDGET : 40);
            while (!share.reserve(held + size)) {
                share.release();
                held = 0;
            }
            held += size;
        }
        share.release();
        share.close();
        return true;
    }

    private MemoryPool.Share open() {
        return pool.open(asked::incrementAndGet);
    }

    private static CompletableFuture<Boolean> inBackground(
            java.util.function.Supplier<Boolean> work) {
        return CompletableFuture.supplyAsync(work, Thread.ofPlatform().daemon()::start);
    }
}
