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
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
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

    OlderRejects(RejectLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    /// Goes through the records of a folder that are there for their rejects, newest first, until
    /// `wanted` says no.
    ///
    /// @param newest what the folder holds beside them
    /// @param names of all files of the folder
    static void find(
            CommitFiles commitFiles,
            CommitRecord newest,
            List<String> names,
            Predicate<Sealed> wanted)
            throws IOException {
        Set<String> present = Set.copyOf(names);
        List<IndexFile.Commit> older = new ArrayList<>();
        for (String name : names) {
            if (IndexFile.parse(name).orElse(null) instanceof IndexFile.Commit commit
                    && commit.generation() < newest.keptFrom()) {
                older.add(commit);
            }
        }
        older.sort(Comparator.comparingLong(IndexFile.Commit::generation).reversed());
        for (IndexFile.Commit commit : older) {
            Sealed sealed;
            try {
                sealed = commitFiles.read(commit.generation());
            } catch (NoSuchFileException | MillraceException.Corrupt e) {
                LOG.log(Level.WARNING, () -> "rejects not kept record=" + commit.name(), e);
                continue;
            }
            CommitRecord record = sealed.record();
            boolean isWhole =
                    !record.rejects().isEmpty()
                            && record.incarnation().equals(newest.incarnation())
                            && record.rejects().stream()
                                    .allMatch(file -> present.contains(file.name()));
            if (isWhole && !wanted.test(sealed)) {
                return;
            }
        }
    }

    /// @param sizeBytes of its record and rejects
    void add(long generation, long sizeBytes, long committedAtMillis) {
        kept.put(generation, new Kept(sizeBytes, committedAtMillis));
        count++;
        bytes += sizeBytes;
    }

    /// True when one more that is older than all of them would stay.
    boolean hasRoomFor(long sizeBytes, long committedAtMillis) {
        return count < limits.generationsMax()
                && bytes + sizeBytes <= limits.bytesMax()
                && !isTooOld(committedAtMillis);
    }

    boolean contains(long generation) {
        return kept.containsKey(generation);
    }

    /// Newest first.
    LongStream below(long generation) {
        return kept.headMap(generation).descendingKeySet().stream().mapToLong(Long::longValue);
    }

    boolean isTooOld(long committedAtMillis) {
        return clock.millis() - committedAtMillis > limits.age().toMillis();
    }

    /// Forgets those that are too many, too large or too old; their generations.
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
            count--;
            bytes -= first.bytes();
            taken.add(oldest.getKey());
        }
        return taken;
    }
}
