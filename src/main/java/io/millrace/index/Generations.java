package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.segment.SegmentReader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The generations that can still be read, and which files they need.
///
/// A file is unused when no generation here names it (I7): it is then handed out once, by
/// [#takeUnused], to be closed and deleted. Nothing here touches a file while the lock is held, so
/// taking a snapshot never waits for a deletion.
final class Generations {

    /// A file that nobody reads any more, with its open reader if it is a segment.
    record Unused(String file, @Nullable SegmentReader reader) {

        /// A reader that cannot be closed costs its map, not the others theirs.
        void close() {
            try {
                if (reader != null) {
                    reader.close();
                }
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, () -> "not closed file=" + file, e);
            }
        }
    }

    private static final Logger LOG = System.getLogger(Generations.class.getName());

    private final Object lock = new Object();
    private final Runnable onUnused;

    // Guarded by lock.
    private Generation newest;
    private final Map<String, Integer> users = new HashMap<>();
    private final Map<String, SegmentReader> readers = new HashMap<>();
    private List<Unused> unused = new ArrayList<>();
    private boolean closed;

    /// @param onUnused called without the lock, on the thread that let go of a file last
    Generations(Generation first, Runnable onUnused) {
        this.onUnused = onUnused;
        this.newest = first;
        synchronized (lock) {
            enter(first);
        }
    }

    Generation newest() {
        synchronized (lock) {
            return newest;
        }
    }

    /// The newest generation, kept readable until [#release].
    ///
    /// @throws MillraceException.Unavailable when the index is closed
    Generation acquire() {
        synchronized (lock) {
            if (closed) {
                throw new MillraceException.Unavailable(
                        "index " + newest.record().index() + " is closed");
            }
            newest.holders++;
            return newest;
        }
    }

    void release(Generation generation) {
        boolean freed;
        boolean ended;
        synchronized (lock) {
            freed = leave(generation);
            ended = closed;
        }
        tellUnused(freed, ended);
    }

    private void tellUnused(boolean freed, boolean ended) {
        if (ended) {
            // Nobody is left to do it: the files belong to whoever opens the folder next.
            closeReaders(takeUnused());
        } else if (freed) {
            onUnused.run();
        }
    }

    /// True when a generation that is read needs the file, or did and it is not taken yet.
    boolean names(String file) {
        synchronized (lock) {
            return users.containsKey(file)
                    || unused.stream().anyMatch(taken -> taken.file().equals(file));
        }
    }

    /// Keeps files of a generation that the caller holds until [#releaseFiles], without the rest of
    /// it.
    void retainFiles(List<String> files) {
        synchronized (lock) {
            files.forEach(file -> users.merge(file, 1, Integer::sum));
        }
    }

    void releaseFiles(List<String> files) {
        boolean freed;
        boolean ended;
        synchronized (lock) {
            freed = leave(files);
            ended = closed;
        }
        tellUnused(freed, ended);
    }

    /// Makes `next` the generation that [#acquire] hands out. Its files are held before those of
    /// the former newest are let go.
    void publish(Generation next) {
        synchronized (lock) {
            if (next.number() != newest.number() + 1) {
                throw new MillraceException.Bug(
                        "I2: generation %d after %d".formatted(next.number(), newest.number()));
            }
            Generation former = newest;
            enter(next);
            newest = next;
            leave(former);
        }
    }

    List<Unused> takeUnused() {
        synchronized (lock) {
            List<Unused> taken = unused;
            unused = new ArrayList<>();
            return taken;
        }
    }

    /// No generation is handed out any more; open snapshots can still be read.
    void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            leave(newest);
        }
        closeReaders(takeUnused());
    }

    private static void closeReaders(List<Unused> files) {
        files.forEach(Unused::close);
    }

    private void enter(Generation generation) {
        generation.holders = 1;
        generation.record().contentFiles().forEach(file -> users.merge(file, 1, Integer::sum));
        for (SegmentView view : generation.views()) {
            readers.put(view.reader().meta().id().fileName(), view.reader());
        }
    }

    /// True when that made a file unused.
    private boolean leave(Generation generation) {
        if (--generation.holders > 0) {
            return false;
        }
        if (generation.holders < 0) {
            throw new MillraceException.Bug(
                    "generation " + generation.number() + " was let go more often than held");
        }
        return leave(generation.record().contentFiles());
    }

    private boolean leave(List<String> files) {
        int before = unused.size();
        for (String file : files) {
            if (users.merge(file, -1, Integer::sum) == 0) {
                users.remove(file);
                unused.add(new Unused(file, readers.remove(file)));
            }
        }
        return unused.size() > before;
    }
}
