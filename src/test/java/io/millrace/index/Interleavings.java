package io.millrace.index;

import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourceIdentity;
import io.millrace.index.LaneCommand.Slice;
import io.millrace.segment.DeleteVectorMeta;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.Lincheck;
import org.jspecify.annotations.Nullable;

/// What threads share in the engine, in every order that a model checker gets to: it decides at
/// each read, write, lock and wait who goes on, and reports a schedule that hangs or fails. A
/// process of its own, because it rewrites the classes it looks at.
///
/// Argument: how many schedules of each scenario to try.
final class Interleavings {
    private static final Slice SLICE = Slice.whole(List.of(), 0, List.of(), 0);

    private Interleavings() {}

    public static void main(String[] arguments) {
        System.setProperty("java.util.logging.config.file", "/dev/null");
        int schedules = Integer.parseInt(arguments[0]);
        Lincheck.runConcurrentTest(schedules, Interleavings::lanesShareMemory);
        Lincheck.runConcurrentTest(schedules, Interleavings::lanesMeetAtEachBarrier);
        Lincheck.runConcurrentTest(schedules, Interleavings::aLaneThatRestsMissesNothing);
        Lincheck.runConcurrentTest(schedules, Interleavings::whatIsReadIsNotSwept);
        System.out.println("no schedule fails");
    }

    /// Two lanes that do not fit into the pool together both get through.
    private static void lanesShareMemory() {
        MemoryPool pool = new MemoryPool(1000);
        inParallel(() -> growTwice(pool, 300), () -> growTwice(pool, 400));
        check(pool.reservedBytes() == 0, "something is still reserved");
        check(pool.peakBytes() <= 1000, "more was reserved than there is");
    }

    private static void growTwice(MemoryPool pool, long size) {
        MemoryPool.Share share = pool.open(() -> {});
        long held = 0;
        for (int document = 0; document < 2; document++) {
            while (!share.reserve(held + size)) {
                share.release();
                held = 0;
            }
            held += size;
        }
        share.release();
    }

    /// Each barrier has the outputs of its own generation, and none of another.
    private static void lanesMeetAtEachBarrier() {
        Lanes lanes = new Lanes(IndexOptions.DEFAULT.withLanes(2), () -> 0);
        for (int generation = 1; generation <= 2; generation++) {
            lanes.intake.offer(new @Nullable Slice[] {SLICE, generation == 1 ? SLICE : null});
            Barrier barrier = lanes.intake.flush();
            lanes.intake.offer(new @Nullable Slice[] {null, SLICE});
            lanes.awaitArrivals(2 * generation);
            check(lanes.worked.get() == generation * 2, "worked " + lanes.worked);
            try {
                check(barrier.takeAll().size() == 2, "an output is missing");
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
            lanes.intake.resume();
        }
        lanes.stop();
    }

    /// The clock says at each look that nothing was done for long.
    private static void aLaneThatRestsMissesNothing() {
        AtomicLong clock = new AtomicLong();
        Lanes lanes =
                new Lanes(
                        IndexOptions.DEFAULT.withLanes(1), () -> clock.addAndGet(100_000_000_000L));
        for (int generation = 1; generation <= 2; generation++) {
            lanes.intake.offer(new @Nullable Slice[] {SLICE});
            Barrier barrier = lanes.intake.flush();
            lanes.awaitArrivals(generation);
            check(barrier.arrivedCount() == 1, "the output is missing");
            check(lanes.worked.get() == generation, "worked " + lanes.worked);
            lanes.intake.resume();
        }
        lanes.stop();
    }

    /// Lanes without documents.
    private static final class Lanes {
        private final AtomicInteger worked = new AtomicInteger();
        private final List<Thread> threads = new ArrayList<>();
        private final Intake intake;
        private int arrivals;

        Lanes(IndexOptions options, NodeResources.NanoClock clock) {
            intake = new Intake(options, clock, this::start);
        }

        private void start(int lane) {
            Thread thread = new Thread(() -> run(lane));
            threads.add(thread);
            thread.start();
        }

        private synchronized void arrived() {
            arrivals++;
            notifyAll();
        }

        /// The model checker does not know waits that end by themselves.
        synchronized void awaitArrivals(int count) {
            try {
                while (arrivals < count) {
                    wait();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        void stop() {
            intake.stop();
            threads.forEach(Interleavings::join);
        }

        private void run(int lane) {
            while (true) {
                switch (intake.take(lane)) {
                    case Slice slice -> {
                        worked.incrementAndGet();
                        intake.done(slice);
                    }
                    case LaneCommand.Flush(Barrier barrier) -> {
                        barrier.arrive(LaneOutput.EMPTY);
                        arrived();
                    }
                    case LaneCommand.Rest _ -> {
                        if (intake.endsIfIdle(lane)) {
                            return;
                        }
                    }
                    case LaneCommand.Reset _, LaneCommand.Relieve _, LaneCommand.Stop _ -> {
                        return;
                    }
                }
            }
        }
    }

    private static Generation generation(int ordinal) {
        return new Generation(new CommitRecordLayout.Sealed(RECORDS.get(ordinal), 0, 0), List.of());
    }

    /// A file that an open snapshot reads is not handed out to be deleted, and every file that
    /// nobody reads is, once.
    private static void whatIsReadIsNotSwept() {
        Generations generations = new Generations(generation(0), () -> {});
        Set<String> swept = new HashSet<>();
        inParallel(
                () -> {
                    for (int next = 1; next <= 2; next++) {
                        generations.publish(generation(next));
                        sweep(generations, swept);
                    }
                },
                () -> {
                    for (int times = 0; times < 2; times++) {
                        Generation held = generations.acquire();
                        synchronized (swept) {
                            held.record()
                                    .contentFiles()
                                    .forEach(file -> check(!swept.contains(file), "swept " + file));
                        }
                        generations.release(held);
                    }
                });
        sweep(generations, swept);
        check(swept.equals(Set.of("d-1.dv", "d-2.dv")), "swept " + swept);
    }

    private static void sweep(Generations generations, Set<String> swept) {
        synchronized (swept) {
            for (Generations.Unused unused : generations.takeUnused()) {
                check(swept.add(unused.file()), unused.file() + " was swept before");
            }
        }
    }

    /// Generations that share no file.
    private static final List<CommitRecord> RECORDS = List.of(record(1), record(2), record(3));

    private static CommitRecord record(long generation) {
        return new CommitRecord(
                "numbers",
                "00000000000000aa",
                generation,
                0,
                "commit" + generation,
                generation == 1 ? CommitKind.CREATE : CommitKind.INDEX,
                List.of(),
                List.of(new DeleteVectorMeta("d-" + generation + ".dv", 1, 1)),
                List.of(),
                Checkpoint.of(Map.of(IndexScenario.PARTITION, Position.of(0))),
                SourceIdentity.of(Map.of("topic", "numbers")),
                0,
                StoredSchema.inRecord(IndexScenario.SCHEMA),
                List.of(),
                0,
                1,
                1,
                0,
                0);
    }

    private static void inParallel(Runnable one, Runnable other) {
        Thread first = new Thread(one);
        Thread second = new Thread(other);
        first.start();
        second.start();
        join(first);
        join(second);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
