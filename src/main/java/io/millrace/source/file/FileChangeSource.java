package io.millrace.source.file;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourceIdentity;
import io.millrace.source.ChangeSource;
import io.millrace.source.SourceStatus;
import io.millrace.source.SourceStatus.State;
import io.smallrye.mutiny.Multi;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One file as the source of one index. May be shared between threads.
///
/// Guarded by itself: the reader.
public final class FileChangeSource implements ChangeSource {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final FileBinding binding;
    private final FileReadOptions options;
    private final LongSupplier nanoClock;
    private final ThreadFactory threads;

    private @Nullable FileReader reader;
    private boolean closed;

    /// @param nanoClock a clock for durations
    public FileChangeSource(
            FileBinding binding,
            FileReadOptions options,
            LongSupplier nanoClock,
            ThreadFactory threads) {
        this.binding = binding;
        this.options = options;
        this.nanoClock = nanoClock;
        this.threads = threads;
    }

    @Override
    public Start start() {
        FilePlace place = new FilePlace(binding);
        try (FileChannel file = place.open()) {
            return new Start(
                    place.identity(file),
                    Checkpoint.of(Map.of(binding.partition(), Position.of(0))));
        } catch (IOException e) {
            throw place.unreadable(e);
        }
    }

    @Override
    public Multi<ChangeBatch> changes(SourceIdentity identity, Checkpoint from) {
        return Multi.createFrom().publisher(subscriber -> subscribe(identity, from, subscriber));
    }

    private void subscribe(
            SourceIdentity identity,
            Checkpoint from,
            Flow.Subscriber<? super ChangeBatch> subscriber) {
        Position stands = from.position(binding.partition());
        if (stands == null) {
            throw new MillraceException.Fenced(
                    "checkpoint %s has no position in file %s".formatted(from, binding.path()));
        }
        FileReader next;
        synchronized (this) {
            FileReader before = reader;
            if (closed || (before != null && !before.hasEnded() && !before.isCancelled())) {
                throw new MillraceException.Bug(
                        "file %s is read for index %s already, or no more"
                                .formatted(binding.path(), binding.index()));
            }
            next = new FileReader(binding, options, nanoClock, identity, stands, subscriber);
            reader = next;
        }
        Thread thread = threads.newThread(next);
        thread.setName("file-" + binding.index());
        subscriber.onSubscribe(next);
        thread.start();
    }

    /// A file needs no answer.
    @Override
    public void acknowledge(Checkpoint committed) {}

    @Override
    public synchronized SourceStatus status() {
        return reader == null
                ? new SourceStatus(closed ? State.STOPPED : State.STARTING, Checkpoint.EMPTY, "")
                : reader.status();
    }

    @Override
    public void close() {
        FileReader last;
        synchronized (this) {
            closed = true;
            last = reader;
        }
        if (last != null) {
            last.cancel();
            last.awaitEnd(CLOSE_TIMEOUT);
        }
    }
}
