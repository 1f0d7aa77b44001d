package io.millrace.index;

import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.index.NodeResources.NanoClock;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Names of files that no generation names: those being written, which stay, and those that nobody
/// needs, until they are gone. Deleting one may fail: it is tried again, less and less often, after
/// each commit, and at the latest when the index is opened. May be shared between threads.
///
/// A file is claimed before its first byte. Its claim ends when a generation that names it is
/// published, or when it is discarded; in between somebody in this process owns it.
final class FileSweep {
    private static final Logger LOG = System.getLogger(FileSweep.class.getName());

    private static final long RETRY_MIN_NANOS = 100_000_000;
    private static final long RETRY_MAX_NANOS = 60_000_000_000L;
    private static final int DOUBLINGS_MAX = 20;

    /// Of one run, so that whoever runs it gets to other things in between.
    static final int RUN_FILES_MAX = 1_000;

    private final Directory directory;
    private final NanoClock clock;

    /// To be tried by the next run; guarded by itself, like all below.
    private final Set<String> due = new LinkedHashSet<>();

    private final Set<String> claimed = new HashSet<>();

    /// Tried in vain, with their lengths.
    private final Map<String, Long> failed = new LinkedHashMap<>();

    private int failures;
    private long retryAtNanos;

    FileSweep(Directory directory, NanoClock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /// The file is about to be written.
    void claim(String file) {
        synchronized (due) {
            claimed.add(file);
            due.remove(file);
            failed.remove(file);
        }
    }

    /// A published generation names what needs to stay of these.
    void published(Collection<String> files) {
        synchronized (due) {
            files.forEach(claimed::remove);
        }
    }

    void discard(String file) {
        synchronized (due) {
            claimed.remove(file);
            if (!failed.containsKey(file)) {
                due.add(file);
            }
        }
    }

    /// Somebody writes it, or it is on its way out.
    boolean owns(String file) {
        synchronized (due) {
            return claimed.contains(file) || due.contains(file) || failed.containsKey(file);
        }
    }

    /// The next run has something to do.
    boolean isDue() {
        synchronized (due) {
            return !due.isEmpty();
        }
    }

    /// Files that could not be deleted yet.
    int failedCount() {
        synchronized (due) {
            return failed.size();
        }
    }

    /// What they take.
    long failedBytes() {
        synchronized (due) {
            return failed.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /// Those that could not be deleted are tried again at the next run.
    void retrySoon() {
        synchronized (due) {
            retryAtNanos = clock.nanos();
        }
    }

    /// Deletes what was not tried yet, and what is due again, up to [#RUN_FILES_MAX] of it.
    /// Nanoseconds until more is due; empty when nothing is left.
    OptionalLong run() {
        boolean again;
        List<String> names;
        synchronized (due) {
            again = failures > 0 && clock.nanos() - retryAtNanos >= 0;
            if (again) {
                due.addAll(failed.keySet());
                // The rest of this round is no round of its own.
                retryAtNanos = clock.nanos() + waitNanos(failures);
            }
            names = takeDue();
        }
        boolean anyFailed = false;
        for (String name : names) {
            anyFailed |= !delete(name);
        }
        synchronized (due) {
            if (due.isEmpty() && failed.isEmpty()) {
                failures = 0;
                return OptionalLong.empty();
            }
            if (anyFailed) {
                failures = again || failures == 0 ? failures + 1 : failures;
                retryAtNanos = clock.nanos() + waitNanos(failures);
            }
            return OptionalLong.of(due.isEmpty() ? Math.max(0, retryAtNanos - clock.nanos()) : 0);
        }
    }

    private List<String> takeDue() {
        List<String> names = due.stream().limit(RUN_FILES_MAX).toList();
        Iterator<String> taken = due.iterator();
        for (int i = 0; i < names.size(); i++) {
            taken.next();
            taken.remove();
        }
        return names;
    }

    private boolean delete(String name) {
        try {
            directory.delete(name);
        } catch (NoSuchFileException e) {
            // That is what was wanted.
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(Level.WARNING, () -> "delete failed, tried again later file=" + name, e);
            long lengthBytes = lengthBytes(name);
            synchronized (due) {
                failed.put(name, lengthBytes);
            }
            return false;
        }
        synchronized (due) {
            failed.remove(name);
        }
        return true;
    }

    /// 0 when not even that can be told.
    private long lengthBytes(String name) {
        try (FileInput file = directory.open(name)) {
            return file.length();
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    private static long waitNanos(int failures) {
        return Math.min(RETRY_MIN_NANOS << Math.min(failures - 1, DOUBLINGS_MAX), RETRY_MAX_NANOS);
    }
}
