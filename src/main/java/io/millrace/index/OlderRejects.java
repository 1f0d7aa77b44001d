package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.index.CommitRecordLayout.Sealed;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.LongStream;

/// Generations below `keptFrom` that are kept for what they rejected, within [RejectLimits].
/// Nothing on disk lists them: they are the records below that floor which have rejects. No chain
/// goes through them, so one that a crash took, or that is damaged, costs its own rejects only.
///
/// Changed by the manager's thread, read by all.
final class OlderRejects {
    private static final Logger LOG = System.getLogger(OlderRejects.class.getName());

    private record Kept(long bytes, long committedAtMillis) {}

    private final RejectLimits limits;
    private final InstantSource clock;
    private final ConcurrentNavigableMap<Long, Kept> kept = new ConcurrentSkipListMap<>();

    /// Confined to the manager's thread, as it was before to whoever opens the index.
    private int count;

    private long bytes;

    /// As `count`.
    private Unread unread = new Unread(Set.of());

    private final Set<Long> missed = ConcurrentHashMap.newKeySet();

    OlderRejects(RejectLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /// What becomes of the records of a folder that are there for their rejects.
    interface Finds {
        /// One that is whole.
        ///
        /// @return false to look no further
        boolean found(Sealed sealed);

        /// One whose content, or a file that it needs, is not what it must be.
        void damaged(long generation, Exception why);

        /// One that may be whole: reading it failed.
        void unread(long generation, IOException why);
    }

    /// Generations whose records could not be read, so nobody knows which files they name.
    record Unread(Set<Long> generations) {
        Unread {
            generations = Set.copyOf(generations);
        }

        /// True when a file is one of these records, or may be named by one.
        boolean mayNeed(IndexFile file) {
            return switch (file) {
                case IndexFile.Commit(long generation) -> generations.contains(generation);
                case IndexFile.Pending _ -> false;
                case IndexFile.SchemaVersion _ -> !generations.isEmpty();
                case IndexFile.Content content -> content.isRejects() && !generations.isEmpty();
            };
        }
    }

    /// Goes through the records of a folder that are there for their rejects, newest first.
    ///
    /// @param newest what the folder holds beside them
    /// @param names of all files of the folder
    static Unread find(
            CommitFiles commitFiles, CommitRecord newest, List<String> names, Finds finds) {
        Set<String> present = Set.copyOf(names);
        List<Long> older = new ArrayList<>();
        for (String name : names) {
            if (IndexFile.parse(name).orElse(null) instanceof IndexFile.Commit(long generation)
                    && generation < newest.keptFrom()) {
                older.add(generation);
            }
        }
        older.sort(Comparator.reverseOrder());
        Set<Long> unread = new HashSet<>();
        for (long generation : older) {
            Sealed sealed;
            try {
                sealed = commitFiles.read(generation);
            } catch (NoSuchFileException | MillraceException.Corrupt e) {
                finds.damaged(generation, e);
                continue;
            } catch (IOException e) {
                finds.unread(generation, e);
                unread.add(generation);
                continue;
            }
            CommitRecord record = sealed.record();
            boolean isWhole =
                    !record.rejects().isEmpty()
                            && record.incarnation().equals(newest.incarnation())
                            && record.rejects().stream()
                                    .allMatch(file -> present.contains(file.name()));
            if (isWhole && !finds.found(sealed)) {
                break;
            }
        }
        return new Unread(unread);
    }

    /// @param sizeBytes of its record and rejects
    void add(long generation, long sizeBytes, long committedAtMillis) {
        kept.put(generation, new Kept(sizeBytes, committedAtMillis));
        count++;
        bytes += sizeBytes;
    }

    /// True when one more that is older than all of them would stay.
    boolean hasRoomFor(long sizeBytes) {
        return count < limits.generationsMax() && bytes + sizeBytes <= limits.bytesMax();
    }

    boolean contains(long generation) {
        return kept.containsKey(generation);
    }

    /// Newest first, without those that are too old, even if they are still there.
    LongStream below(long generation) {
        return kept.headMap(generation).descendingMap().entrySet().stream()
                .filter(entry -> !isTooOld(entry.getValue().committedAtMillis()))
                .mapToLong(Map.Entry::getKey);
    }

    /// Until the index is opened again.
    void leaveAlone(Unread records) {
        unread = records;
    }

    /// See [Unread#mayNeed].
    boolean mayNeed(IndexFile file) {
        return unread.mayNeed(file);
    }

    /// Told when one cannot be read; logged once.
    void missed(long generation, MillraceException why) {
        if (missed.add(generation)) {
            LOG.log(Level.WARNING, () -> "rejects not shown generation=" + generation, why);
        }
    }

    boolean isTooOld(long committedAtMillis) {
        return clock.millis() - committedAtMillis > limits.age().toMillis();
    }

    /// Forgets those that are too many, too large or too old, the oldest first; their generations.
    /// By a clock that was wrong one may be too old before those below it: then it is not shown,
    /// and goes after them.
    List<Long> takeSuperfluous() {
        List<Long> taken = new ArrayList<>();
        for (var oldest = kept.firstEntry(); oldest != null; oldest = kept.firstEntry()) {
            Kept first = oldest.getValue();
            if (count <= limits.generationsMax()
                    && bytes <= limits.bytesMax()
                    && !isTooOld(first.committedAtMillis())) {
                break;
            }
            kept.remove(oldest.getKey());
            missed.remove(oldest.getKey());
            count--;
            bytes -= first.bytes();
            taken.add(oldest.getKey());
        }
        return taken;
    }
}
