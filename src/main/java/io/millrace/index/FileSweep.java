package io.millrace.index;

import io.millrace.directory.Directory;
import io.millrace.index.NodeResources.NanoClock;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// Names of files that nobody needs, until they are gone. Deleting one may fail: it is tried again,
/// less and less often, after each commit, and at the latest when the index is opened.
final class FileSweep {
    private static final Logger LOG = System.getLogger(FileSweep.class.getName());

    private static final long RETRY_MIN_NANOS = 100_000_000;
    private static final long RETRY_MAX_NANOS = 60_000_000_000L;
    private static final int DOUBLINGS_MAX = 20;

    private final Directory directory;

    /// Guarded by itself.
    private final Set<String> discarded = new LinkedHashSet<>();

    /// Those that were not tried yet; guarded by `discarded`.
    private final Set<String> fresh = new LinkedHashSet<>();

    private final NanoClock clock;

    // Guarded by `discarded`.
    private int failures;
    private long retryAtNanos;

    FileSweep(Directory directory, NanoClock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    void discard(String file) {
        synchronized (discarded) {
            if (discarded.add(file)) {
                fresh.add(file);
            }
        }
    }

    /// The name is about to be used again.
    void keep(String file) {
        synchronized (discarded) {
            discarded.remove(file);
            fresh.remove(file);
        }
    }

    /// Those that could not be deleted are tried again at the next run.
    void retrySoon() {
        synchronized (discarded) {
            retryAtNanos = clock.nanos();
        }
    }

    /// Deletes what was not tried yet, and what is due again. Nanoseconds until more is due; empty
    /// when nothing is left.
    OptionalLong run() {
        List<String> names;
        boolean again;
        synchronized (discarded) {
            again = failures > 0 && clock.nanos() - retryAtNanos >= 0;
            names = List.copyOf(again ? discarded : fresh);
            fresh.clear();
        }
        boolean failed = false;
        for (String name : names) {
            try {
                directory.delete(name);
                keep(name);
            } catch (NoSuchFileException e) {
                keep(name);
            } catch (IOException | RuntimeException | Error e) {
                failed = true;
                LOG.log(Level.WARNING, () -> "delete failed, tried again later file=" + name, e);
            }
        }
        synchronized (discarded) {
            if (discarded.isEmpty()) {
                failures = 0;
                return OptionalLong.empty();
            }
            if (failed) {
                failures = again || failures == 0 ? failures + 1 : failures;
                retryAtNanos = clock.nanos() + waitNanos(failures);
            }
            return OptionalLong.of(Math.max(0, retryAtNanos - clock.nanos()));
        }
    }

    private static long waitNanos(int failures) {
        return Math.min(RETRY_MIN_NANOS << Math.min(failures - 1, DOUBLINGS_MAX), RETRY_MAX_NANOS);
    }
}
