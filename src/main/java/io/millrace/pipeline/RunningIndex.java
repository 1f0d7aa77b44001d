package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition;
import io.millrace.document.DocumentKey;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.source.RefreshingSource;
import io.millrace.source.push.PushChangeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One index of this node with the pipeline that feeds it. May be shared between threads.
public final class RunningIndex {
    /// How long somebody waits who pushes into an index that is not open yet.
    private static final Duration OPENING_TIMEOUT = Duration.ofSeconds(10);

    private final Duration commitTimeout;

    /// Replaced when a rebuild takes over.
    private volatile IndexingPipeline pipeline;

    private volatile @Nullable Succession succession;

    /// How far a rebuild is.
    ///
    /// - state, detail: of the pipeline that builds
    /// - changes: indexed by this process
    /// - documents: visible in its newest generation
    /// - lag: records between what it has committed and what it has to reach; null while that is
    ///   not known
    public record Rebuilding(
            String incarnation,
            String state,
            String detail,
            long changes,
            long documents,
            @Nullable Long lag) {}

    RunningIndex(IndexingPipeline pipeline, Duration commitTimeout) {
        this.pipeline = pipeline;
        this.commitTimeout = commitTimeout;
    }

    public IndexDefinition definition() {
        return pipeline.definition();
    }

    /// @throws MillraceException.Unavailable before generation 1, with the reason
    public Index index() {
        return pipeline.index();
    }

    public PipelineStatus status() {
        return pipeline.status();
    }

    /// Publishes what has been read so far and returns the newest generation. Blocks; bounded.
    ///
    /// @throws MillraceException.Unavailable with the reason when it cannot be published now
    public CommitPoint commitNow() {
        try {
            return pipeline.requestCommit().get(commitTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new MillraceException.Unavailable(
                    "commit of index %s is still under way after %d s: %s"
                            .formatted(
                                    definition().name(),
                                    commitTimeout.toSeconds(),
                                    whatItDoes(status())),
                    e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new MillraceException.Unavailable(
                    "index %s was not committed: %s"
                            .formatted(definition().name(), cause.getMessage()),
                    cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MillraceException.Unavailable(
                    "interrupted while index " + definition().name() + " was committed", e);
        }
    }

    /// Completes with the first commit that holds what is awaited, on a thread that must not be
    /// held up. An early commit is made for it. Whoever wants it no more cancels it.
    ///
    /// @throws MillraceException.Unavailable at once when it cannot come: no generation yet, the
    ///   index is stopped or failed, or too many wait
    public CompletableFuture<CommitPoint> await(Awaited awaited) {
        return pipeline.await(awaited);
    }

    /// What is under a key in the source of the index once more.
    ///
    /// - isFound: false when there is nothing, and the document is deleted
    /// - commit: completes like [#await]'s
    public record Refreshing(boolean isFound, CompletableFuture<CommitPoint> commit) {}

    /// Reads what is under a key in the source once more, in the order of its changes. Blocks until
    /// the index was given it.
    ///
    /// @throws MillraceException.InvalidRequest when the source has no such thing, or cannot tell
    /// @throws MillraceException.Unavailable when it cannot be read now, or not in time
    public Refreshing refresh(DocumentKey key, Duration atMost) {
        IndexingPipeline serving = pipeline;
        RefreshingSource.Refreshed refreshed = serving.refreshing().refresh(key, atMost);
        CompletableFuture<CommitPoint> commit;
        try {
            commit = serving.await(Awaited.positions(refreshed.position()));
        } catch (MillraceException e) {
            refreshed.close();
            throw e;
        }
        // Until then the index may go back and read it once more.
        var _ = commit.whenComplete((_, _) -> refreshed.close());
        return new Refreshing(refreshed.isFound(), commit);
    }

    /// What documents are pushed into. Blocks for a moment where the index is just being opened.
    ///
    /// @throws MillraceException.InvalidRequest CONFLICT when something else feeds the index
    /// @throws MillraceException.Unavailable when it takes nothing now
    public PushChangeSource push() {
        return pipeline.push(OPENING_TIMEOUT);
    }

    /// How far the rebuild that is under way has come.
    public Optional<Rebuilding> rebuild() {
        Succession next = succession;
        return next == null ? Optional.empty() : Optional.of(next.progress(pipeline.openIndex()));
    }

    private static String whatItDoes(PipelineStatus status) {
        return status.detail().isEmpty()
                ? "%d changes are being written".formatted(status.pending().changes())
                : status.detail();
    }

    IndexingPipeline pipeline() {
        return pipeline;
    }

    /// The one that serves and the one that builds. In this order: a rebuild that takes over in
    /// between is met as the one that serves.
    void eachPipeline(Consumer<IndexingPipeline> wish) {
        Succession next = succession;
        if (next != null) {
            wish.accept(next.successor());
        }
        wish.accept(pipeline);
    }

    @Nullable Succession succession() {
        return succession;
    }

    void succession(@Nullable Succession next) {
        succession = next;
    }

    /// The rebuild took over: from here on everybody sees what it built.
    void replacedBy(IndexingPipeline successor) {
        pipeline = successor;
        succession = null;
    }
}
