package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.document.LiveSchema;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// The lanes of one index, their intake and their threads.
final class Lanes {
    private static final Logger LOG = System.getLogger(Lanes.class.getName());

    private final String index;
    private final NodeResources resources;
    private final Intake intake;

    /// Of the generation being built; grown by the lanes, reset by the writer.
    private final LiveSchema schema;

    private final Lane[] lanes;
    private final List<BuilderMemory> memories;

    // Guarded by itself.
    private final @Nullable Thread[] threads;

    private volatile Runnable drained = () -> {};

    Lanes(
            Directory directory,
            IndexOptions options,
            NodeResources resources,
            Ulids ulids,
            SegmentManager manager) {
        this.index = manager.newest().record().index();
        this.resources = resources;
        this.schema = new LiveSchema(manager.newest().record().schema());
        this.intake = new Intake(options, resources.nanoClock(), this::start);
        this.lanes = new Lane[options.lanes()];
        this.threads = new Thread[options.lanes()];
        this.memories = new ArrayList<>();
        // While the source goes on, one lane at least does not write.
        Semaphore writing = new Semaphore(Math.max(1, options.lanes() - 1));
        for (int number = 0; number < lanes.length; number++) {
            int lane = number;
            BuilderMemory memory =
                    new BuilderMemory(
                            resources.memory().open(() -> intake.relieve(lane)),
                            writing,
                            BuilderMemory.softBytes(
                                    options.builderBytesMax(), lane, options.lanes()),
                            options.builderBytesMax());
            memories.add(memory);
            lanes[number] =
                    new Lane(
                            number,
                            directory,
                            schema,
                            memory,
                            ulids,
                            intake,
                            manager.bases(),
                            this::drained,
                            manager.files());
        }
    }

    Intake intake() {
        return intake;
    }

    LiveSchema schema() {
        return schema;
    }

    /// Called whenever a full intake has room again. One listener, which must not block.
    void onDrained(Runnable listener) {
        drained = listener;
    }

    void drained() {
        try {
            drained.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, () -> "drain listener failed index=" + index, e);
        }
    }

    /// Ends all lanes; what they made since the last commit is forgotten.
    void stop() {
        intake.stop();
        memories.forEach(BuilderMemory::close);
        for (int lane = 0; lane < lanes.length; lane++) {
            Thread thread = thread(lane);
            if (thread != null) {
                Uninterruptibly.join(thread);
            }
            if (intake.isLeft(lane)) {
                lanes[lane].run();
            }
        }
    }

    private @Nullable Thread thread(int lane) {
        synchronized (threads) {
            return threads[lane];
        }
    }

    /// Called with the intake's lock held.
    private void start(int lane) {
        Thread thread = resources.threads().newThread(lanes[lane]);
        thread.setName("lane-" + index + "-" + lane);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            throw new MillraceException.Unavailable(
                    "lane %d of index %s gets no thread: %s".formatted(lane, index, e.getMessage()),
                    e);
        }
        synchronized (threads) {
            threads[lane] = thread;
        }
    }
}
