package io.millrace.index;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/// When the builder of one lane has to become a segment: at its own limit, or when the process
/// needs the memory. Confined to the lane's thread, but for [#isAsked] and [#close].
///
/// Lanes that got the same share of the changes would all be full at the same time, and nobody
/// would work while all of them write. So each has a limit of its own, somewhat below the common
/// one, at which it writes if not too many others do.
final class BuilderMemory {
    /// The limits of the lanes are spread between these, in percent of the common one.
    private static final int FIRST_PERCENT = 70;

    private static final int LAST_PERCENT = 80;

    /// Heap that a document takes in a builder, in multiples of its stored form, at most for nearly
    /// all. It is corrected when it is known.
    private static final int GROWTH = 4;

    /// An empty builder, roughly.
    private static final long BUILDER_BYTES = 48 << 10;

    private final MemoryPool.Share share;
    private final Semaphore writing;
    private final long softBytes;
    private final long hardBytes;

    /// Makes a segment of the builder.
    @FunctionalInterface
    interface Flush {
        void run() throws IOException;
    }

    /// @param writing one permit for each lane that may write while others collect
    BuilderMemory(MemoryPool.Share share, Semaphore writing, long softBytes, long hardBytes) {
        this.share = share;
        this.writing = writing;
        this.softBytes = softBytes;
        this.hardBytes = hardBytes;
    }

    /// Where lane `lane` of `lanes` writes without need, given the limit for all.
    static long softBytes(long hardBytes, int lane, int lanes) {
        if (lanes == 1) {
            return hardBytes;
        }
        double percent =
                FIRST_PERCENT + (double) (LAST_PERCENT - FIRST_PERCENT) * lane / (lanes - 1);
        return (long) (hardBytes * percent / 100);
    }

    /// Before a change is applied: makes room for what it brings, by `flush` if need be. May wait
    /// until other lanes gave memory back.
    ///
    /// @param held what the builder takes now
    void makeRoom(long held, int changeBytes, Flush flush) throws IOException {
        long more = BUILDER_BYTES + (long) GROWTH * changeBytes;
        long wanted = held + more;
        while (!share.reserve(wanted)) {
            write(flush);
            wanted = more;
        }
    }

    /// After it was applied: writes a builder that is full, at once or as soon as it may.
    ///
    /// @param held what the builder takes now
    void settle(long held, Flush flush) throws IOException {
        if (held <= softBytes) {
            share.correct(held);
        } else if (held > hardBytes) {
            share.correct(held);
            write(flush);
        } else if (writing.tryAcquire()) {
            writeWithPermit(flush);
        } else {
            share.correct(held);
        }
    }

    /// The pool wants the memory back.
    boolean isAsked() {
        return share.isAsked();
    }

    private void write(Flush flush) throws IOException {
        writing.acquireUninterruptibly();
        writeWithPermit(flush);
    }

    private void writeWithPermit(Flush flush) throws IOException {
        try {
            flush.run();
        } finally {
            writing.release();
        }
        share.release();
    }

    /// The builder is gone.
    void released() {
        share.release();
    }

    /// Ends a wait for memory.
    void close() {
        share.close();
    }
}
