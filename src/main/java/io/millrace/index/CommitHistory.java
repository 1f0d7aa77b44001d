package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/// Reads the kept generations back: what was announced, what was rejected. Nothing of it is held in
/// memory, so a long outbox costs disk only. May be shared between threads; a generation that is
/// dropped while it is being read counts as dropped before.
final class CommitHistory {
    private final Directory directory;
    private final CommitFiles commitFiles;
    private final Generations generations;
    private final OlderRejects older;

    CommitHistory(Directory directory, Generations generations, OlderRejects older) {
        this.directory = directory;
        this.older = older;
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

    /// None when the generation is not kept any more.
    StoredRejects rejectsOf(long generation) {
        return stored(generation, rejecting(generation));
    }

    private StoredRejects stored(long generation, Optional<CommitRecord> record) {
        return new StoredRejects(
                this, directory, generation, record.map(CommitRecord::rejects).orElse(List.of()));
    }

    /// Empty when the rejects of the generation are not kept any more.
    private Optional<CommitRecord> rejecting(long generation) {
        CommitRecord newest = generations.newest().record();
        boolean isKept =
                generation >= newest.keptFrom() && generation <= newest.generation()
                        || older.contains(generation);
        return isKept ? record(newest, generation) : Optional.empty();
    }

    /// Newest first; no more once their keys and values take `bytesMax`. Those that are too old are
    /// not shown, even if they are still there with their commit record.
    List<StoredReject> newestRejects(int limit, long bytesMax) {
        List<StoredReject> rejects = new ArrayList<>();
        CommitRecord newest = generations.newest().record();
        long bytes = 0;
        Iterator<Long> chosen =
                LongStream.concat(
                                LongStream.iterate(
                                        newest.generation(),
                                        generation -> generation >= newest.keptFrom(),
                                        generation -> generation - 1),
                                older.below(newest.keptFrom()))
                        .iterator();
        while (chosen.hasNext() && rejects.size() < limit && bytes < bytesMax) {
            long generation = chosen.next();
            Optional<CommitRecord> record = rejecting(generation);
            if (record.isPresent() && older.isTooOld(record.get().committedAtMillis())) {
                break;
            }
            StoredRejects stored = stored(generation, record);
            for (int ordinal = stored.count() - 1;
                    ordinal >= 0 && rejects.size() < limit && bytes < bytesMax;
                    ordinal--) {
                for (StoredReject reject : stored.page(ordinal, 1, bytesMax)) {
                    rejects.add(reject);
                    bytes += reject.reject().origin().sizeBytes();
                }
            }
        }
        return rejects;
    }

    private Optional<CommitRecord> record(CommitRecord newest, long generation) {
        if (generation == newest.generation()) {
            return Optional.of(newest);
        }
        return reading(generation, () -> commitFiles.read(generation).record());
    }

    /// Reads something of a kept generation.
    @FunctionalInterface
    interface Reading<T> {
        T read() throws IOException;
    }

    /// Empty when the generation was dropped meanwhile.
    <T> Optional<T> reading(long generation, Reading<T> reading) {
        try {
            return Optional.of(reading.read());
        } catch (NoSuchFileException e) {
            checkDropped(generation, e);
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(generation, e);
        }
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
