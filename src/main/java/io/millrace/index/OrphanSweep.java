package io.millrace.index;

import io.millrace.directory.Directory;
import io.millrace.index.NodeResources.NanoClock;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// Deletes rejects that are too old, and finds files that nobody owns while the index runs:
/// whatever lost track of one, or brought back one that was deleted, costs room until the next
/// look, not until the index is opened again.
///
/// A file has an owner when a generation that is kept, read or copied names it, when somebody
/// writes it, or when it is on its way out. Confined to the manager's thread, on which alone a file
/// that is being written becomes one of a generation: the names are listed first, and a name is
/// claimed before the file is there, so that what is begun meanwhile is not among them. Names of
/// other forms are not looked at.
final class OrphanSweep {
    private static final Logger LOG = System.getLogger(OrphanSweep.class.getName());

    /// Least time between two looks that nobody asked for. No reason to wake an index that rests.
    static final Duration EVERY = Duration.ofMinutes(10);

    private final Directory directory;
    private final FileSweep sweep;
    private final Generations generations;
    private final KeptGenerations kept;
    private final NanoClock clock;
    private long lookedAtNanos;

    // Written on the manager's thread, read by all.
    private volatile long found;

    OrphanSweep(
            Directory directory,
            FileSweep sweep,
            Generations generations,
            KeptGenerations kept,
            NanoClock clock) {
        this.directory = directory;
        this.sweep = sweep;
        this.generations = generations;
        this.kept = kept;
        this.clock = clock;
        this.lookedAtNanos = clock.nanos();
    }

    /// Since the index was opened.
    long found() {
        return found;
    }

    void runIfDue() {
        if (clock.nanos() - lookedAtNanos >= EVERY.toNanos()) {
            try {
                run();
            } catch (IOException e) {
                LOG.log(Level.WARNING, () -> "no orphans looked for in " + directory.describe(), e);
            }
        }
    }

    /// Hands what nobody owns to be deleted; how many there are.
    int run() throws IOException {
        lookedAtNanos = clock.nanos();
        for (String name : kept.dropOlder()) {
            if (!generations.names(name)) {
                sweep.discard(name);
            }
        }
        int orphans = 0;
        CommitRecord newest = generations.newest().record();
        for (String name : directory.list()) {
            boolean isOrphan =
                    IndexFile.parse(name)
                            .map(file ->
                                    !sweep.owns(name)
                                            && !isNamed(file, newest)
                                            && !kept.older().mayNeed(file))
                            .orElse(false);
            if (isOrphan) {
                LOG.log(Level.WARNING, () -> "orphan deleted file=" + name);
                sweep.discard(name);
                orphans++;
            }
        }
        found += orphans;
        return orphans;
    }

    private boolean isNamed(String file) {
        return generations.names(file) || kept.names(file);
    }

    private boolean isNamed(IndexFile file, CommitRecord newest) {
        return switch (file) {
            // One above the newest is not ours to judge: opening decides what it is.
            case IndexFile.Commit(long generation) ->
                    generation >= newest.keptFrom() || kept.older().contains(generation);
            case IndexFile.Pending _ -> false;
            case IndexFile.SchemaVersion schema -> isNamed(schema.name());
            case IndexFile.Content(String name) -> isNamed(name);
        };
    }
}
