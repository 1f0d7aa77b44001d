package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Opens segments of one index, several at a time: every byte of them is read, and one thread alone
/// keeps neither a disk nor the processors busy. Confined to one thread, which works along.
final class SegmentOpener {
    private static final Logger LOG = System.getLogger(SegmentOpener.class.getName());

    private static final int THREADS_MAX = 8;

    /// Below this a thread costs more than it brings.
    private static final long THREAD_BYTES = 16L << 20;

    private final Directory directory;
    private final @Nullable ThreadFactory threads;
    private final long threadBytes;

    /// With threads beside the caller's.
    SegmentOpener(Directory directory, ThreadFactory threads) {
        this(directory, threads, THREAD_BYTES);
    }

    /// On the caller's thread alone.
    SegmentOpener(Directory directory) {
        this(directory, null, THREAD_BYTES);
    }

    /// @param threadBytes of segments for each thread
    SegmentOpener(Directory directory, @Nullable ThreadFactory threads, long threadBytes) {
        this.directory = directory;
        this.threads = threads;
        this.threadBytes = threadBytes;
    }

    /// The readers, in the order of `segments`. The first failure ends the work; none is left open
    /// then.
    ///
    /// @throws MillraceException.Corrupt when a segment is not what its meta says
    List<SegmentReader> open(List<SegmentMeta> segments) throws IOException {
        Work work = new Work(directory, segments);
        List<Thread> helpers = new ArrayList<>();
        try {
            startHelpers(work, threadCount(segments) - 1, helpers);
            work.run();
        } finally {
            helpers.forEach(Uninterruptibly::join);
        }
        return work.result();
    }

    private int threadCount(List<SegmentMeta> segments) {
        long bytes = segments.stream().mapToLong(SegmentMeta::lengthBytes).sum();
        int most =
                Math.min(
                        segments.size(),
                        Math.min(THREADS_MAX, 2 * Runtime.getRuntime().availableProcessors()));
        return (int) Math.min(most, 1 + bytes / threadBytes);
    }

    /// As many as the system gives.
    private void startHelpers(Work work, int count, List<Thread> helpers) {
        ThreadFactory factory = threads;
        if (factory == null) {
            return;
        }
        try {
            for (int i = 0; i < count; i++) {
                Thread helper = factory.newThread(work);
                helper.setName("open-" + i);
                helper.start();
                helpers.add(helper);
            }
        } catch (OutOfMemoryError e) {
            LOG.log(
                    Level.WARNING,
                    "segments are opened by " + (1 + helpers.size()) + " threads",
                    e);
        }
    }

    /// What is shared by the threads that open.
    private static final class Work implements Runnable {
        private final Directory directory;
        private final List<SegmentMeta> segments;

        // Guarded by this.
        private final Deque<Integer> waiting;
        private final @Nullable SegmentReader[] readers;
        private @Nullable Throwable failure;

        Work(Directory directory, List<SegmentMeta> segments) {
            this.directory = directory;
            this.segments = segments;
            readers = new SegmentReader[segments.size()];
            // The largest first, so that none of them is left for the end.
            waiting =
                    new ArrayDeque<>(
                            IntStream.range(0, segments.size())
                                    .boxed()
                                    .sorted(
                                            Comparator.comparingLong((Integer i) ->
                                                            segments.get(i).lengthBytes())
                                                    .reversed())
                                    .toList());
        }

        @Override
        public void run() {
            for (Integer next = next(); next != null; next = next()) {
                try {
                    opened(next, SegmentReader.open(directory, segments.get(next)));
                } catch (IOException | RuntimeException | Error e) {
                    failed(e);
                }
            }
        }

        private synchronized @Nullable Integer next() {
            return failure == null ? waiting.poll() : null;
        }

        private synchronized void opened(int segment, SegmentReader reader) {
            readers[segment] = reader;
        }

        private synchronized void failed(Throwable cause) {
            if (failure == null) {
                failure = cause;
            } else {
                failure.addSuppressed(cause);
            }
        }

        /// When all threads have ended.
        synchronized List<SegmentReader> result() throws IOException {
            Throwable cause = failure;
            if (cause == null) {
                return Arrays.stream(readers).map(Objects::requireNonNull).toList();
            }
            for (SegmentReader reader : readers) {
                if (reader != null) {
                    reader.close();
                }
            }
            switch (cause) {
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new MillraceException.Bug("segments not opened: " + cause, cause);
            }
        }
    }
}
