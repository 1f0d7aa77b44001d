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
        List<RejectsMeta> files =
                rejecting(generation).map(CommitRecord::rejects).orElse(List.of());
        return new StoredRejects(this, directory, generation, files);
    }

    /// Empty when the rejects of the generation are not kept any more.
    private Optional<CommitRecord> rejecting(long generation) {
        CommitRecord newest = generations.newest().record();
        boolean isKept =
                generation >= newest.keptFrom() && generation <= newest.generation()
                        || older.contains(generation);
        return isKept ? record(newest, generation) : Optional.empty();
    }

    /// Newest first; no more once their keys and values take `bytesMax`. Those below the floor that
    /// are too old, or cannot be read, are not among them.
    List<StoredReject> newestRejects(int limit, long bytesMax) {
        List<StoredReject> rejects = new ArrayList<>();
        CommitRecord newest = generations.newest().record();
        Iterator<Long> chosen =
                LongStream.concat(
                                LongStream.iterate(
                                        newest.generation(),
                                        generation -> generation >= newest.keptFrom(),
                                        generation -> generation - 1),
                                older.below(newest.keptFrom()))
                        .iterator();
        long bytesLeft = bytesMax;
        while (chosen.hasNext() && rejects.size() < limit && bytesLeft > 0) {
            long generation = chosen.next();
            try {
                bytesLeft = addNewest(generation, limit, bytesLeft, rejects);
            } catch (MillraceException.Corrupt | MillraceException.Unavailable e) {
                if (!older.contains(generation)) {
                    throw e;
                }
                older.missed(generation, e);
            }
        }
        return rejects;
    }

    /// Returns what is left of the bytes.
    private long addNewest(long generation, int limit, long bytesMax, List<StoredReject> rejects) {
        StoredRejects stored = rejectsOf(generation);
        long left = bytesMax;
        for (int ordinal = stored.count() - 1;
                ordinal >= 0 && rejects.size() < limit && left > 0;
                ordinal--) {
            for (StoredReject reject : stored.page(ordinal, 1, left)) {
                rejects.add(reject);
                left -= reject.reject().origin().sizeBytes();
            }
        }
        return left;
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
