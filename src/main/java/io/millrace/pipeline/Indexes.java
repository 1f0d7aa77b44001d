package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.catalog.Catalog;
import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.Rebuild;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.NodeResources;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// All indexes of this node, running. May be shared between threads.
public final class Indexes implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Indexes.class.getName());

    private final IndexHome home;
    private final Catalog catalog;
    private final SourceFactory sources;
    private final IndexWatcher watcher;
    private final PipelineOptions options;
    private final NodeResources resources;

    private final Map<String, RunningIndex> running = new ConcurrentSkipListMap<>();

    /// All that have not ended: of running indexes, of rebuilds, and those that wait for their last
    /// readers.
    private final Set<IndexingPipeline> pipelines = ConcurrentHashMap.newKeySet();

    private volatile boolean closed; // written by the holder of this

    /// @param resources clock, random and threads of all pipelines
    public Indexes(
            IndexHome home,
            Catalog catalog,
            SourceFactory sources,
            IndexWatcher watcher,
            PipelineOptions options,
            NodeResources resources) {
        this.home = home;
        this.catalog = catalog;
        this.sources = sources;
        this.watcher = watcher;
        this.options = options;
        this.resources = resources;
    }

    /// Starts every index of the catalog, and finishes what a crash cut off: deletions, rebuilds.
    public void startAll() {
        catalog.deleted()
                .forEach((name, definition) -> {
                    if (definition.isPresent()) {
                        synchronized (this) {
                            IndexingPipeline pipeline = pipeline(definition.get(), home);
                            pipeline.orders().delete(() -> forget(name));
                            launch(new RunningIndex(pipeline, options.commitTimeout()));
                        }
                    } else {
                        deleteUnknown(name);
                    }
                });
        catalog.definitions().forEach(this::start);
    }

    /// What is left of a deletion whose definition is gone or cannot be read: files, at most.
    private void deleteUnknown(String name) {
        try {
            home.delete(name);
            catalog.forget(name);
        } catch (MillraceException e) {
            LOG.log(Level.WARNING, "deletion is tried again at the next start index=" + name, e);
        }
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

    /// Starts a new index, or gives a running one a definition that needs no rebuild. The
    /// definition is durable already.
    ///
    /// @throws MillraceException.InvalidRequest CONFLICT when it needs one
    public synchronized RunningIndex start(IndexDefinition definition) {
        if (closed) {
            throw new MillraceException.Unavailable("this node is stopping");
        }
        RunningIndex known = running.get(definition.name());
        if (known != null) {
            checkNeedsNoRebuild(known.definition(), definition);
            known.pipeline().apply(definition);
            return known;
        }
        IndexDefinition holds = rolledForward(definition);
        IndexingPipeline pipeline = pipeline(holds, home);
        if (catalog.isPaused(holds.name())) {
            pipeline.orders().pause();
        }
        RunningIndex started = new RunningIndex(pipeline, options.commitTimeout());
        catalog.rebuild(holds.name()).ifPresent(rebuild -> build(started, rebuild));
        launch(started);
        return started;
    }

    /// A rebuild took over, and the process ended before that was noted: then its definition holds.
    private IndexDefinition rolledForward(IndexDefinition definition) {
        String name = definition.name();
        Optional<Rebuild> rebuild = catalog.rebuild(name);
        try {
            if (rebuild.isPresent()
                    && home.current(name).equals(Optional.of(rebuild.get().incarnation()))) {
                catalog.endRebuild(name, true);
            }
        } catch (MillraceException e) {
            LOG.log(Level.WARNING, "rebuild cannot be continued index=" + name, e);
        }
        return catalog.find(name).orElse(definition);
    }

    private IndexingPipeline pipeline(IndexDefinition definition, IndexHome lives) {
        return new IndexingPipeline(definition, lives, sources, watcher, options, resources);
    }

    private void launch(RunningIndex index) {
        running.put(index.definition().name(), index);
        run("pipeline-" + index.definition().name(), index.pipeline());
        Succession succession = index.succession();
        if (succession != null) {
            run("rebuild-" + index.definition().name(), succession.successor());
        }
    }

    private void run(String threadName, IndexingPipeline pipeline) {
        pipelines.add(pipeline);
        String name = pipeline.definition().name();
        Thread thread =
                resources
                        .threads()
                        .newThread(() -> {
                            sweepFormer(name);
                            pipeline.run();
                            pipelines.remove(pipeline);
                            sweepFormer(name);
                        });
        thread.setName(threadName);
        thread.start();
    }

    /// Deletes the incarnations that neither serve nor are being built. One that is still open
    /// somewhere stays; whoever closes it comes here again.
    private void sweepFormer(String name) {
        if (closed || !catalog.find(name).isPresent()) {
            return;
        }
        try {
            // The folders first: a rebuild is noted before it has one.
            List<String> present = home.incarnations(name);
            Optional<String> current = home.current(name);
            Optional<String> built = catalog.rebuild(name).map(Rebuild::incarnation);
            for (String incarnation : present) {
                if (current.isPresent()
                        && !current.get().equals(incarnation)
                        && !built.equals(Optional.of(incarnation))) {
                    home.deleteIncarnation(name, incarnation);
                    LOG.log(
                            Level.INFO,
                            "former incarnation deleted index={0} incarnation={1}",
                            name,
                            incarnation);
                }
            }
        } catch (MillraceException e) {
            LOG.log(Level.INFO, "former incarnations stay for now index=" + name, e);
        }
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

    private static void checkNeedsNoRebuild(IndexDefinition known, IndexDefinition changed) {
        if (!known.needsNoRebuildTo(changed)) {
            throw MillraceException.InvalidRequest.conflict(
                    "index %1$s runs with other fields or another source; POST /indexes/%1$s/rebuild"
                            .formatted(known.name()));
        }
    }

    /// What an index holds, empty while there is no such index or it has no generation.
    public Optional<Schema> schema(String name) {
        RunningIndex known = running.get(name);
        try {
            return known == null ? Optional.empty() : Optional.of(known.index().schema());
        } catch (MillraceException.Unavailable e) {
            return Optional.empty();
        }
    }

    /// Stops the reading of an index; that outlives the process.
    ///
    /// @throws MillraceException.InvalidRequest NOT_FOUND
    public synchronized RunningIndex pause(String name) {
        RunningIndex index = get(name);
        catalog.pause(name);
        index.eachPipeline(pipeline -> pipeline.orders().pause());
        return index;
    }

    /// Goes on with the reading of an index, and opens one anew that failed.
    ///
    /// @throws MillraceException.InvalidRequest NOT_FOUND
    public synchronized RunningIndex resume(String name) {
        RunningIndex index = get(name);
        catalog.resume(name);
        index.eachPipeline(pipeline -> pipeline.orders().resume());
        return index;
    }

    /// Builds the index anew beside the one that serves, from the start of its source; it takes
    /// over when it has caught up. Survives a restart, and goes on then.
    ///
    /// @param definition the definition it shall have from then on, null for the one it has
    /// @throws MillraceException.InvalidRequest NOT_FOUND; CONFLICT when that cannot be done now;
    ///   MALFORMED with a pointer into the definition
    public synchronized RunningIndex rebuild(String name, @Nullable Value definition) {
        RunningIndex index = get(name);
        IndexDefinition target = catalog.toRebuild(name, definition);
        if (target.source() instanceof IndexDefinition.PushSource) {
            throw MillraceException.InvalidRequest.conflict(
                    "index %s cannot be rebuilt: what was pushed into it cannot be read again"
                            .formatted(name));
        }
        noteCurrent(name);
        build(index, catalog.beginRebuild(home.newIncarnation(), target));
        run("rebuild-" + name, Objects.requireNonNull(index.succession()).successor());
        return index;
    }

    /// With two incarnations there, it must be known which one counts.
    private void noteCurrent(String name) {
        Optional<String> current;
        try {
            current = home.current(name);
        } catch (MillraceException.Corrupt e) {
            LOG.log(Level.WARNING, "a lost index is rebuilt index=" + name, e);
            return;
        }
        home.makeCurrent(
                name,
                current.orElseThrow(() ->
                        MillraceException.InvalidRequest.conflict(
                                "index %s has no generation yet, so there is nothing to rebuild"
                                        .formatted(name))));
    }

    private void build(RunningIndex index, Rebuild rebuild) {
        String name = rebuild.definition().name();
        IndexingPipeline successor =
                pipeline(rebuild.definition(), home.ofIncarnation(rebuild.incarnation()));
        successor.orders().beSilent();
        if (catalog.isPaused(name)) {
            successor.orders().pause();
        }
        Succession succession =
                new Succession(
                        name,
                        rebuild.incarnation(),
                        successor,
                        () -> takeOver(index, rebuild, successor));
        IndexingPipeline serving = index.pipeline();
        successor.orders().onCommitted(serving::nudge);
        index.succession(succession);
        serving.orders().succeededBy(succession);
    }

    private void takeOver(RunningIndex index, Rebuild rebuild, IndexingPipeline successor) {
        String name = rebuild.definition().name();
        home.makeCurrent(name, rebuild.incarnation());
        index.replacedBy(successor);
        try {
            catalog.endRebuild(name, true);
        } catch (MillraceException e) {
            LOG.log(Level.WARNING, "end of rebuild noted at the next start index=" + name, e);
        }
    }

    /// Gives up the rebuild of an index; nothing of it is kept.
    ///
    /// @throws MillraceException.InvalidRequest NOT_FOUND
    public synchronized RunningIndex cancelRebuild(String name) {
        RunningIndex index = get(name);
        Succession succession = index.succession();
        if (succession == null || !succession.cancel()) {
            throw MillraceException.InvalidRequest.notFound(
                    "index %s is not being rebuilt".formatted(name));
        }
        try {
            catalog.endRebuild(name, false);
        } catch (MillraceException e) {
            succession.goOn();
            throw e;
        }
        index.pipeline().orders().succeededBy(null);
        index.succession(null);
        succession.successor().stop();
        return index;
    }

    /// Deletes an index, its files and its definition. From the moment that this was stored it
    /// happens, also after a crash; the name is free when it is done.
    ///
    /// @param wait how long to wait for that
    /// @return true when it is done, false when it goes on
    /// @throws MillraceException.InvalidRequest NOT_FOUND; CONFLICT when a file defines the index
    public boolean delete(String name, Duration wait) {
        CountDownLatch ended;
        synchronized (this) {
            RunningIndex index = get(name);
            catalog.delete(name);
            Succession succession = index.succession();
            if (succession != null) {
                succession.cancel();
            }
            IndexingPipeline serving = index.pipeline();
            for (IndexingPipeline pipeline : pipelines) {
                if (pipeline != serving && pipeline.definition().name().equals(name)) {
                    pipeline.stop();
                }
            }
            serving.orders().delete(() -> forget(name));
            ended = serving.ended();
        }
        try {
            return ended.await(wait.toNanos(), TimeUnit.NANOSECONDS) && !running.containsKey(name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private synchronized void forget(String name) {
        catalog.forget(name);
        running.remove(name);
    }

    /// Ends all pipelines, each after a last commit of what it has read. What takes longer than
    /// [PipelineOptions#stopTimeout] is left behind: the next start reads it again.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        List<IndexingPipeline> open = List.copyOf(pipelines);
        open.forEach(IndexingPipeline::stop);
        long deadline = resources.nanoClock().nanos() + options.stopTimeout().toNanos();
        for (IndexingPipeline pipeline : open) {
            CountDownLatch ended = pipeline.ended();
            try {
                if (!ended.await(deadline - resources.nanoClock().nanos(), TimeUnit.NANOSECONDS)) {
                    LOG.log(
                            Level.WARNING,
                            "index not stopped in time index={0}",
                            pipeline.definition().name());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
