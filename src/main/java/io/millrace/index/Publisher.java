package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.StoreFull;
import io.millrace.index.Draft.Ready;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;

/// Steps L5 to L11 of the commit protocol: makes a prepared generation the newest one. Confined to
/// the manager's thread, which holds the publication token.
final class Publisher {
    private static final Logger LOG = System.getLogger(Publisher.class.getName());

    private final Directory directory;
    private final CommitFiles commitFiles;
    private final FileSweep sweep;
    private final KeptGenerations kept;
    private final Generations generations;
    private final CommitListeners listeners;
    private final Consumer<String> lostTrust;

    /// @param lostTrust told why what is on disk, or in memory, cannot be relied upon any more
    Publisher(
            Directory directory,
            CommitFiles commitFiles,
            FileSweep sweep,
            KeptGenerations kept,
            Generations generations,
            CommitListeners listeners,
            Consumer<String> lostTrust) {
        this.directory = directory;
        this.commitFiles = commitFiles;
        this.sweep = sweep;
        this.kept = kept;
        this.generations = generations;
        this.listeners = listeners;
        this.lostTrust = lostTrust;
    }

    /// @throws StoreFull when it is not published, and nothing was changed
    /// @throws MillraceException.Unavailable when nobody can know; `lostTrust` was told
    CommitPoint publish(Ready ready) throws StoreFull {
        CommitRecord record = ready.next().record();
        makeDurable(record);
        try {
            show(ready);
        } catch (RuntimeException | Error e) {
            lostTrust.accept(
                    "generation %d is published, showing it failed: %s"
                            .formatted(record.generation(), e));
        }
        return record.toCommitPoint();
    }

    /// Steps L5 and L6: the commit point.
    private void makeDurable(CommitRecord record) throws StoreFull {
        try {
            commitFiles.link(record.generation());
        } catch (StoreFull e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            throw unknown(record, "link", e);
        }
        try {
            directory.force();
        } catch (IOException | RuntimeException | Error e) {
            throw unknown(record, "force of the folder", e);
        }
    }

    /// Steps L7 to L11. The commit point is passed: nothing here may make this generation look like
    /// a failure.
    private void show(Ready ready) {
        CommitRecord record = ready.next().record();
        kept.add(ready.next().sealed());
        // First: whoever reads finds what is below the new floor among the older rejects.
        List<String> dropped = kept.dropBelow(record.keptFrom());
        generations.publish(ready.next());
        sweep.published(record.contentFiles());
        sweep.published(record.rejects().stream().map(RejectsMeta::name).toList());
        listeners.tell(record, record.toCommitPoint());
        retire(ready, dropped);
        sweep.retrySoon();
    }

    /// What the new generation made superfluous, apart from what snapshots read.
    private void retire(Ready ready, List<String> dropped) {
        CommitRecord record = ready.next().record();
        sweep.discard(new IndexFile.Pending(record.generation()).name());
        long from = ready.former().record().keptFrom();
        for (String file : dropped) {
            if (!generations.names(file)) {
                sweep.discard(file);
            }
        }
        if (from < record.keptFrom() && record.keptFrom() > record.publishedThrough() + 1) {
            FaultLog.log(
                    LOG,
                    Level.WARNING,
                    () ->
                            "unpublished generations dropped, followers are told to start over index=%s publishedThrough=%d keptFrom=%d"
                                    .formatted(
                                            record.index(),
                                            record.publishedThrough(),
                                            record.keptFrom()),
                    null);
        }
    }

    /// Only reopening finds out whether the generation is there. Until then every file of it stays.
    private MillraceException unknown(CommitRecord record, String step, Throwable cause) {
        String reason =
                "%s for generation %d failed, so whether it is published is unknown: %s"
                        .formatted(step, record.generation(), cause.getMessage());
        lostTrust.accept(reason);
        return new MillraceException.Unavailable(
                "index %s failed and must be reopened: %s".formatted(record.index(), reason),
                cause);
    }
}
