package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition;
import io.millrace.index.NodeResources;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// All indexes of this node, running. May be shared between threads.
public final class Indexes implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Indexes.class.getName());

    private final IndexHome home;
    private final SourceFactory sources;
    private final IndexWatcher watcher;
    private final PipelineOptions options;
    private final NodeResources resources;

    private final Map<String, RunningIndex> running = new ConcurrentSkipListMap<>();
    private boolean closed; // guarded by this

    /// @param resources clock, random and threads of all pipelines
    public Indexes(
            IndexHome home,
            SourceFactory sources,
            IndexWatcher watcher,
            PipelineOptions options,
            NodeResources resources) {
        this.home = home;
        this.sources = sources;
        this.watcher = watcher;
        this.options = options;
        this.resources = resources;
    }

    /// @throws MillraceException.InvalidRequest NOT_FOUND
    public RunningIndex get(String name) {
        RunningIndex found = running.get(name);
        if (found == null) {
            throw MillraceException.InvalidRequest.notFound("no index named " + name);
        }
        return found;
    }

    /// In the order of names.
    public List<RunningIndex> list() {
        return List.copyOf(running.values());
    }

    /// Starts a new index, or applies a changed cadence to a running one. The definition is durable
    /// already.
    ///
    /// @throws MillraceException.InvalidRequest CONFLICT when anything else than the cadence
    ///   changed
    public synchronized RunningIndex start(IndexDefinition definition) {
        if (closed) {
            throw new MillraceException.Unavailable("this node is stopping");
        }
        RunningIndex known = running.get(definition.name());
        if (known != null) {
            checkSameButCadence(known.definition(), definition);
            known.pipeline().apply(definition);
            return known;
        }
        IndexingPipeline pipeline =
                new IndexingPipeline(definition, home, sources, watcher, options, resources);
        RunningIndex started = new RunningIndex(pipeline, options.commitTimeout());
        Thread thread = resources.threads().newThread(pipeline);
        thread.setName("pipeline-" + definition.name());
        running.put(definition.name(), started);
        thread.start();
        return started;
    }

    /// Gives an index any other definition while it has no generation: nothing on disk depends on
    /// the old one yet, and none appears before the new one is stored.
    ///
    /// @param stored makes the new definition durable; not called when there is a generation
    /// @return empty when there is a generation, or no such index
    public Optional<RunningIndex> redefine(String name, Supplier<IndexDefinition> stored) {
        RunningIndex known = running.get(name);
        return known != null && known.pipeline().redefine(stored)
                ? Optional.of(known)
                : Optional.empty();
    }

    private static void checkSameButCadence(IndexDefinition known, IndexDefinition changed) {
        if (!known.isSameButCommit(changed)) {
            throw MillraceException.InvalidRequest.conflict(
                    "index %s runs with other fields or another source; only commit can change"
                            .formatted(known.name()));
        }
    }

    /// Ends all pipelines, each after a last commit of what it has read. What takes longer than
    /// [PipelineOptions#stopTimeout] is left behind: the next start reads it again.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        for (RunningIndex index : running.values()) {
            index.pipeline().stop();
        }
        long deadline = resources.nanoClock().nanos() + options.stopTimeout().toNanos();
        for (RunningIndex index : running.values()) {
            CountDownLatch ended = index.pipeline().ended();
            try {
                if (!ended.await(deadline - resources.nanoClock().nanos(), TimeUnit.NANOSECONDS)) {
                    LOG.log(
                            Level.WARNING,
                            "index not stopped in time index={0}",
                            index.definition().name());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
