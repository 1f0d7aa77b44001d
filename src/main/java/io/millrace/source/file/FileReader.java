package io.millrace.source.file;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.change.SourceIdentity;
import io.millrace.json.Json;
import io.millrace.source.LineReader;
import io.millrace.source.LineReader.Line;
import io.millrace.source.SourceStatus;
import io.millrace.source.SourceStatus.Progress;
import io.millrace.source.SourceStatus.State;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One subscription: reads a file from an offset to its subscriber, on its own thread, and looks
/// for more at its end.
///
/// - Confined to the reader's thread: everything but demand, cancellation and the status.
final class FileReader implements Flow.Subscription, Runnable {
    private static final Logger LOG = System.getLogger(FileReader.class.getName());
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final FileBinding binding;
    private final FileReadOptions options;
    private final FilePlace place;
    private final LongSupplier nanoClock;
    private final SourceIdentity identity;
    private final Flow.Subscriber<? super ChangeBatch> subscriber;
    private final Semaphore demand = new Semaphore(0);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean cancelled;
    private volatile SourceStatus status =
            new SourceStatus(State.STARTING, Checkpoint.EMPTY, "opening");

    // Confined to the reader's thread.
    private Position stands;
    private final long startOffset;
    private long startNanos;
    private long lastReportNanos;
    private long lines;

    /// Line feeds before `stands`; below 0 while nobody needed to know.
    private long lineFeeds;

    private FilePlace.@Nullable Look look;
    private long lookNanos;
    private @Nullable FileRows rows;

    FileReader(
            FileBinding binding,
            FileReadOptions options,
            LongSupplier nanoClock,
            SourceIdentity identity,
            Position from,
            Flow.Subscriber<? super ChangeBatch> subscriber) {
        this.binding = binding;
        this.options = options;
        this.place = new FilePlace(binding);
        this.nanoClock = nanoClock;
        this.identity = identity;
        this.stands = from;
        this.startOffset = from.next();
        this.lineFeeds = from.next() == 0 ? 0 : -1;
        this.subscriber = subscriber;
    }

    @Override
    public void request(long batches) {
        demand.release((int) Math.min(batches, Integer.MAX_VALUE / 2));
    }

    @Override
    public void cancel() {
        cancelled = true;
        demand.release();
    }

    SourceStatus status() {
        return status;
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    boolean isCancelled() {
        return cancelled;
    }

    boolean awaitEnd(java.time.Duration atMost) {
        try {
            return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void run() {
        MillraceException failure = null;
        try {
            startNanos = nanoClock.getAsLong();
            lastReportNanos = startNanos;
            lookNanos = startNanos;
            demand.acquire();
            while (!cancelled) {
                if (!readToTheEnd()) {
                    atTheEnd();
                }
            }
        } catch (MillraceException e) {
            failure = e;
        } catch (IOException e) {
            failure = place.unreadable(e);
        } catch (InterruptedException e) {
            // Nobody of ours interrupts; whoever does wants the thread gone.
            cancelled = true;
        } catch (RuntimeException | Error e) {
            failure = new MillraceException.Bug("reading file " + binding.path() + " broke", e);
        } finally {
            end(failure);
        }
    }

    private void end(@Nullable MillraceException failure) {
        if (cancelled || failure == null) {
            status = new SourceStatus(State.STOPPED, status.ends(), "", status.progress());
            ended.countDown();
            return;
        }
        status =
                new SourceStatus(
                        State.FAILED,
                        status.ends(),
                        String.valueOf(failure.getMessage()),
                        status.progress());
        // Before the signal: whoever subscribes again on it finds this reader gone.
        ended.countDown();
        subscriber.onError(failure);
    }

    /// Gives what is there. False when that was nothing; else demand is used up and had again.
    private boolean readToTheEnd() throws IOException, InterruptedException {
        boolean any = false;
        FilePlace.Look now = look();
        long settledBytes = isSettled(now) ? now.sizeBytes() : -1;
        try (FileChannel file = place.open()) {
            place.check(file, identity, stands);
            file.position(stands.next());
            InputStream in = Channels.newInputStream(file);
            LineReader reader =
                    new LineReader(
                            in,
                            stands.next(),
                            Json.DOCUMENT_BYTES_MAX,
                            binding.csv() ? binding.delimiter() : LineReader.NO_QUOTES);
            while (!cancelled) {
                ChangeBatch batch = batch(file, reader, settledBytes);
                if (batch == null) {
                    break;
                }
                any = true;
                report(file.size(), State.READING);
                subscriber.onNext(batch);
                demand.acquire();
            }
            report(file.size(), stands.next() == file.size() ? State.DONE : State.READING);
        }
        return any;
    }

    /// Waits for growth.
    private void atTheEnd() throws InterruptedException {
        if (!cancelled) {
            // A permit can only come from a cancellation: demand is held.
            var _ = demand.tryAcquire(options.lookInterval().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /// True when the file has looked the same for a while.
    private boolean isSettled(FilePlace.Look now) {
        if (!now.equals(look)) {
            look = now;
            lookNanos = nanoClock.getAsLong();
        }
        return nanoClock.getAsLong() - lookNanos >= options.settleTime().toNanos();
    }

    private FilePlace.Look look() {
        try {
            return place.look();
        } catch (IOException e) {
            throw place.unreadable(e);
        }
    }

    /// Null when there is no whole line.
    ///
    /// @param settledBytes the file's size where it stayed the same for a while: there, what stands
    ///   before its end is a line too
    private @Nullable ChangeBatch batch(FileChannel file, LineReader reader, long settledBytes)
            throws IOException {
        List<Change> changes = new ArrayList<>();
        List<Reject> rejects = new ArrayList<>();
        long bytes = 0;
        long offset = stands.next();
        int taken = 0;
        while (taken < options.batchLinesMax() && bytes < options.batchBytesMax()) {
            Line line = reader.next();
            if (line == null || (!line.isEnded() && line.to() != settledBytes)) {
                break;
            }
            bytes += take(file, line, changes, rejects);
            offset = line.to();
            taken++;
        }
        if (taken == 0) {
            return null;
        }
        lines += taken;
        Position to = place.position(file, offset);
        PositionRange range = new PositionRange(binding.partition(), stands, to);
        stands = to;
        return ChangeBatch.of(changes, rejects, List.of(range));
    }

    /// Memory held by it, in bytes.
    private long take(FileChannel file, Line given, List<Change> changes, List<Reject> rejects)
            throws IOException {
        long before = lineFeeds;
        if (lineFeeds >= 0) {
            lineFeeds += given.lineFeeds();
        }
        Line line = given.from() == 0 ? withoutMark(given) : given;
        if (rows == null) {
            rows = binding.csv() ? FileRows.csv(binding, header(file)) : FileRows.ndjson(binding);
        }
        if (line.isBlank() || (binding.csv() && line.from() == 0)) {
            return 0;
        }
        Origin origin = new Origin(binding.partition(), line.from(), -1, null, line.bytes());
        try {
            // The number is for messages; only who gets one pays for counting from the start.
            Change change = rows.change(line, before >= 0 ? before + 1 : 0, origin);
            changes.add(change);
            return change.sizeBytes();
        } catch (InvalidRequest e) {
            rejects.add(rejected(file, line, before, origin, e));
            return Change.OVERHEAD_BYTES + (long) origin.sizeBytes();
        }
    }

    private Reject rejected(
            FileChannel file, Line line, long before, Origin origin, InvalidRequest reason)
            throws IOException {
        if (before >= 0) {
            return FileRows.reject(reason, origin);
        }
        long counted = countLineFeeds(file, line.from());
        lineFeeds = counted + line.lineFeeds();
        try {
            FileRows known = java.util.Objects.requireNonNull(rows);
            known.change(line, counted + 1, origin);
        } catch (InvalidRequest e) {
            return FileRows.reject(e, origin);
        }
        return FileRows.reject(reason, origin);
    }

    private byte[] header(FileChannel file) throws IOException {
        InputStream in = Channels.newInputStream(place.open());
        try (in) {
            Line first = new LineReader(in, 0, Json.DOCUMENT_BYTES_MAX, binding.delimiter()).next();
            if (first == null || first.isTooLong()) {
                throw InvalidRequest.conflict(
                        "file %s of %d bytes has no header".formatted(binding.path(), file.size()));
            }
            return withoutMark(first).bytes();
        }
    }

    /// Some programs begin a file with a byte order mark.
    private static Line withoutMark(Line first) {
        byte[] bytes = first.bytes();
        boolean marked =
                bytes.length >= 3 && java.util.Arrays.equals(bytes, 0, 3, BYTE_ORDER_MARK, 0, 3);
        return marked ? first.without(BYTE_ORDER_MARK.length) : first;
    }

    private static long countLineFeeds(FileChannel file, long before) throws IOException {
        java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(64 << 10);
        long count = 0;
        long at = 0;
        while (at < before) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), before - at));
            int read = file.read(buffer, at);
            if (read < 0) {
                break;
            }
            for (int i = 0; i < read; i++) {
                count += buffer.get(i) == '\n' ? 1 : 0;
            }
            at += read;
        }
        return count;
    }

    private void report(long size, State state) {
        long now = nanoClock.getAsLong();
        long read = stands.next() - startOffset;
        long left = size - stands.next();
        Long leftMillis =
                read == 0 ? null : (long) ((double) (now - startNanos) / 1_000_000 * left / read);
        State before = status.state();
        status =
                new SourceStatus(
                        state,
                        Checkpoint.of(Map.of(binding.partition(), Position.of(size))),
                        "",
                        new Progress.Lines(
                                stands.next(),
                                size,
                                lines,
                                state == State.DONE ? Long.valueOf(0) : leftMillis));
        boolean isNews =
                state == State.DONE
                        ? before != State.DONE
                        : now - lastReportNanos >= options.reportInterval().toNanos();
        if (isNews) {
            lastReportNanos = now;
            LOG.log(
                    Level.INFO,
                    "file {0} index={1} path={2} bytes={3} of={4} lines={5} leftMillis={6}",
                    state == State.DONE ? "read to its end" : "being read",
                    binding.index(),
                    binding.path(),
                    Long.toString(stands.next()),
                    Long.toString(size),
                    Long.toString(lines),
                    String.valueOf(leftMillis));
        }
    }
}
