package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Reject;
import io.millrace.directory.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Reads the kept generations back: what was announced, what was rejected. Nothing of it is held in
/// memory, so a long outbox costs disk only. May be shared between threads; a generation that is
/// dropped while it is being read counts as dropped before.
final class CommitHistory {
    private static final Comparator<Reject> SOURCE_ORDER =
            Comparator.comparing((Reject reject) -> reject.origin().partition())
                    .thenComparingLong(reject -> reject.origin().position());

    private final Directory directory;
    private final CommitFiles commitFiles;
    private final Generations generations;

    CommitHistory(Directory directory, Generations generations) {
        this.directory = directory;
        this.commitFiles = new CommitFiles(directory);
        this.generations = generations;
    }

    /// Newest first.
    List<CommitPoint> commits(int limit) {
        CommitRecord newest = generations.newest().record();
        List<CommitPoint> commits = new ArrayList<>();
        for (long generation = newest.generation();
                generation >= newest.keptFrom() && commits.size() < limit;
                generation--) {
            record(newest, generation).ifPresent(record -> commits.add(record.toCommitPoint()));
        }
        return commits;
    }

    /// In order, of whole generations: the first one even if it alone has more than `limit`. Those
    /// above `after` that are not kept any more are told of as one resync.
    List<IndexEvent> eventsAfter(long after, int limit) {
        CommitRecord newest = generations.newest().record();
        List<IndexEvent> events = new ArrayList<>();
        for (long generation = Math.max(after + 1, newest.keptFrom());
                generation <= newest.generation() && events.size() < limit;
                generation++) {
            // One that is dropped meanwhile was dropped with all before it.
            Optional<CommitRecord> record = record(newest, generation);
            if (record.isEmpty()) {
                events.clear();
                continue;
            }
            if (events.isEmpty() && generation > after + 1) {
                events.add(IndexEvent.resync(newest, after, generation - 1));
            }
            List<IndexEvent> more = record.get().toEvents();
            if (!events.isEmpty() && events.size() + more.size() > limit) {
                return events;
            }
            events.addAll(more);
        }
        return events;
    }

    /// In order, of the generations in (from, through].
    List<StoredReject> rejectsBetween(long from, long through) {
        CommitRecord newest = generations.newest().record();
        List<StoredReject> rejects = new ArrayList<>();
        for (long generation = Math.max(from + 1, newest.keptFrom());
                generation <= Math.min(through, newest.generation());
                generation++) {
            record(newest, generation).ifPresent(record -> rejects.addAll(rejectsOf(record)));
        }
        return rejects;
    }

    /// Newest first.
    List<StoredReject> newestRejects(int limit) {
        CommitRecord newest = generations.newest().record();
        List<StoredReject> rejects = new ArrayList<>();
        for (long generation = newest.generation();
                generation >= newest.keptFrom() && rejects.size() < limit;
                generation--) {
            record(newest, generation)
                    .ifPresent(record -> rejects.addAll(rejectsOf(record).reversed()));
        }
        return rejects.subList(0, Math.min(limit, rejects.size()));
    }

    private Optional<CommitRecord> record(CommitRecord newest, long generation) {
        if (generation == newest.generation()) {
            return Optional.of(newest);
        }
        try {
            return Optional.of(commitFiles.read(generation).record());
        } catch (NoSuchFileException e) {
            checkDropped(generation, e);
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(generation, e);
        }
    }

    /// In the order of the source, whichever lanes found them.
    private List<StoredReject> rejectsOf(CommitRecord record) {
        List<Reject> read = new ArrayList<>();
        for (RejectsMeta file : record.rejects()) {
            try {
                RejectsFile.read(directory, file, read::add);
            } catch (NoSuchFileException e) {
                checkDropped(record.generation(), e);
                return List.of();
            } catch (IOException e) {
                throw unreadable(record.generation(), e);
            }
        }
        read.sort(SOURCE_ORDER);
        List<StoredReject> rejects = new ArrayList<>(read.size());
        for (Reject reject : read) {
            rejects.add(new StoredReject(record.generation(), rejects.size(), reject));
        }
        return rejects;
    }

    private void checkDropped(long generation, NoSuchFileException cause) {
        if (generation >= generations.newest().record().keptFrom()) {
            throw new MillraceException.Corrupt(
                    "generation %d of %s needs %s, which is missing"
                            .formatted(generation, directory.describe(), cause.getFile()),
                    cause);
        }
    }

    private MillraceException unreadable(long generation, IOException cause) {
        return new MillraceException.Unavailable(
                "generation %d of %s cannot be read: %s"
                        .formatted(generation, directory.describe(), cause.getMessage()),
                cause);
    }
}
