package io.millrace.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// What the machine gives at most: how long a force takes, how fast a file is appended to and
/// memory is copied. A commit cannot be faster than its forces.
final class LimitsBench implements BenchGroup {
    private static final int FORCES = 300;
    private static final int PAGE_BYTES = 4096;
    private static final int APPEND_BYTES = 1 << 20;
    private static final int APPENDS = 512;
    private static final int COPY_BYTES = 128 << 20;
    private static final int COPIES = 10;

    @Override
    public String name() {
        return "limits";
    }

    @Override
    public String summary() {
        return "the machine itself: force latency, append and copy rates";
    }

    @Override
    public void run(BenchRun run) throws IOException {
        var folder = run.freshFolder("limits");
        if (run.wants("force")) {
            force(run, folder.resolve("force"));
        }
        if (run.wants("append")) {
            append(run, folder.resolve("append"));
        }
        if (run.wants("copy")) {
            copy(run);
        }
    }

    private static void force(BenchRun run, Path file) throws IOException {
        var page = ByteBuffer.allocateDirect(PAGE_BYTES);
        long[] nanos = new long[FORCES];
        try (var channel = open(file)) {
            for (int i = 0; i < FORCES; i++) {
                channel.write(page.clear());
                long start = System.nanoTime();
                channel.force(true);
                nanos[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        run.report("force-p50", nanos[FORCES / 2] / 1e3, "us");
        run.report("force-p99", nanos[FORCES * 99 / 100] / 1e3, "us");
    }

    /// To the end of the one force after the last byte.
    private static void append(BenchRun run, Path file) throws IOException {
        var block = ByteBuffer.allocateDirect(APPEND_BYTES);
        long start = System.nanoTime();
        try (var channel = open(file)) {
            for (int i = 0; i < APPENDS; i++) {
                channel.write(block.clear());
            }
            channel.force(true);
        }
        run.report("append", rate((long) APPENDS * APPEND_BYTES, start), "MB/s");
    }

    private static void copy(BenchRun run) {
        byte[] from = new byte[COPY_BYTES];
        byte[] to = new byte[COPY_BYTES];
        System.arraycopy(from, 0, to, 0, COPY_BYTES);
        long start = System.nanoTime();
        for (int i = 0; i < COPIES; i++) {
            System.arraycopy(from, 0, to, 0, COPY_BYTES);
        }
        run.report("copy", rate((long) COPIES * COPY_BYTES, start), "MB/s");
    }

    private static double rate(long bytes, long startNanos) {
        double seconds = (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
        return bytes / 1e6 / seconds;
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
    }
}
