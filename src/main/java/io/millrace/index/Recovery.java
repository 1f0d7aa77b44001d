package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.index.CommitRecord.SegmentEntry;
import io.millrace.index.CommitRecordLayout.Sealed;
import io.millrace.segment.DeleteVectorFile;
import io.millrace.segment.DeleteVectorMeta;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Finds out where an index stands and makes its folder say just that. One rule for what was
/// prepared but not published: it never happened. Runs under the folder's lock, with nothing else
/// at work; run twice, the second run changes nothing.
///
/// The newest record decides. A damaged one is reported, never passed over: what it published may
/// have been acknowledged to the source.
final class Recovery {
    private static final Logger LOG = System.getLogger(Recovery.class.getName());

    private final Directory directory;
    private final CommitFiles commitFiles;
    private final SegmentOpener opener;
    private final OlderRejects older;

    /// @param older where rejects are kept whose commit records are not needed any more; empty
    Recovery(Directory directory, SegmentOpener opener, OlderRejects older) {
        this.directory = directory;
        this.opener = opener;
        this.older = older;
        this.commitFiles = new CommitFiles(directory);
    }

    /// Where an index stands.
    ///
    /// - orphans: files nobody needs that could not be deleted
    record Opened(Generation newest, KeptGenerations kept, List<String> orphans) {}

    /// @throws MillraceException.Corrupt when the newest generation is not whole
    Opened open() throws IOException {
        List<String> names = directory.list();
        long newest =
                CommitFiles.newest(names)
                        .orElseThrow(() ->
                                new MillraceException.Bug(
                                        directory.describe() + " holds no index"));
        try {
            // Another process may have seen this generation before it was durable, and died.
            directory.force(new IndexFile.Commit(newest).name());
            Sealed sealed = commitFiles.read(newest);
            CommitRecord record = sealed.record();
            forceAgain(record);
            KeptGenerations kept = new KeptGenerations(older);
            Set<String> needed = checkChain(sealed, names, kept);
            findOlder(record, names, needed, kept);
            List<SegmentView> views = openSegments(record);
            return new Opened(new Generation(sealed, views), kept, deleteUnneeded(names, needed));
        } catch (NoSuchFileException e) {
            throw new MillraceException.Corrupt(
                    "generation %d of %s names %s, which is missing"
                            .formatted(newest, directory.describe(), e.getFile()),
                    e);
        }
    }

    /// Deletes what a creation that was cut off left behind.
    static void deleteAll(Directory directory) throws IOException {
        for (String name : directory.list()) {
            if (IndexFile.parse(name).isPresent()) {
                directory.delete(name);
            }
        }
    }

    private void forceAgain(CommitRecord record) throws IOException {
        for (String file : record.contentFiles()) {
            directory.force(file);
        }
        for (RejectsMeta rejects : record.rejects()) {
            directory.force(rejects.name());
        }
        directory.force();
        for (RejectsMeta rejects : record.rejects()) {
            try (FileInput input = directory.open(rejects.name())) {
                if (input.length() != rejects.lengthBytes()) {
                    throw new MillraceException.Corrupt(
                            "I6: rejects %s has %d bytes, expected %d"
                                    .formatted(
                                            rejects.name(), input.length(), rejects.lengthBytes()));
                }
            }
        }
    }

    /// Every record from `keptFrom` up is there and repeats the checksum of the one before (I2).
    /// Returns the names of all files that these records need.
    private Set<String> checkChain(Sealed newest, List<String> names, KeptGenerations kept)
            throws IOException {
        Set<String> present = Set.copyOf(names);
        Set<String> needed = new HashSet<>(newest.record().contentFiles());
        Sealed next = newest;
        needAll(next.record(), needed);
        kept.add(next);
        for (long generation = newest.record().generation() - 1;
                generation >= newest.record().keptFrom();
                generation--) {
            String name = new IndexFile.Commit(generation).name();
            if (!present.contains(name)) {
                throw new MillraceException.Corrupt(
                        "I2: %s is missing, generation %d needs all from %d on"
                                .formatted(
                                        name,
                                        newest.record().generation(),
                                        newest.record().keptFrom()));
            }
            Sealed sealed = commitFiles.read(generation);
            if (sealed.crc() != next.record().previousCrc()
                    || !sealed.record().incarnation().equals(next.record().incarnation())) {
                throw new MillraceException.Corrupt(
                        "I2: %s has checksum %08x in incarnation %s, its successor expects %08x in %s"
                                .formatted(
                                        name,
                                        sealed.crc(),
                                        sealed.record().incarnation(),
                                        next.record().previousCrc(),
                                        next.record().incarnation()));
            }
            next = sealed;
            needAll(next.record(), needed);
            kept.add(next);
        }
        return needed;
    }

    /// What costs only itself, whatever is wrong with it.
    private void findOlder(
            CommitRecord newest, List<String> names, Set<String> needed, KeptGenerations kept) {
        OlderRejects.Unread unread =
                OlderRejects.find(
                        commitFiles,
                        newest,
                        names,
                        new OlderRejects.Finds() {
                            @Override
                            public boolean found(Sealed sealed) {
                                if (older.isTooOld(sealed.record().committedAtMillis())) {
                                    // By a clock that was wrong, those before it may not be.
                                    return true;
                                }
                                boolean fits = kept.addOlder(sealed);
                                if (fits) {
                                    needAll(sealed.record(), needed);
                                }
                                return fits;
                            }

                            @Override
                            public void damaged(long generation, Exception why) {
                                LOG.log(
                                        Level.WARNING,
                                        () -> "rejects not kept generation=" + generation,
                                        why);
                            }

                            @Override
                            public void unread(long generation, IOException why) {
                                LOG.log(
                                        Level.WARNING,
                                        () ->
                                                "rejects left alone, not readable generation="
                                                        + generation,
                                        why);
                            }
                        });
        older.leaveAlone(unread);
        for (String name : names) {
            IndexFile.parse(name).filter(unread::mayNeed).ifPresent(_ -> needed.add(name));
        }
    }

    private static void needAll(CommitRecord record, Set<String> needed) {
        needed.add(new IndexFile.Commit(record.generation()).name());
        record.rejects().forEach(file -> needed.add(file.name()));
        record.schemaFile().ifPresent(needed::add);
    }

    /// A failure leaves none open.
    private List<SegmentView> openSegments(CommitRecord record) throws IOException {
        Map<String, Map<SegmentId, ImmutableRoaringBitmap>> vectors = new HashMap<>();
        for (DeleteVectorMeta file : record.deleteVectors()) {
            vectors.put(file.name(), DeleteVectorFile.read(directory, file));
        }
        List<SegmentReader> readers =
                opener.open(record.segments().stream().map(SegmentEntry::meta).toList());
        List<SegmentView> views = new ArrayList<>();
        boolean whole = false;
        try {
            for (int i = 0; i < readers.size(); i++) {
                views.add(
                        new SegmentView(
                                readers.get(i), deleted(record.segments().get(i), vectors)));
            }
            whole = true;
            return views;
        } finally {
            if (!whole) {
                readers.forEach(SegmentReader::close);
            }
        }
    }

    private static ImmutableRoaringBitmap deleted(
            SegmentEntry entry, Map<String, Map<SegmentId, ImmutableRoaringBitmap>> vectors) {
        String file = entry.deleteVector();
        if (file == null) {
            return new MutableRoaringBitmap();
        }
        ImmutableRoaringBitmap vector = vectors.getOrDefault(file, Map.of()).get(entry.meta().id());
        if (vector == null || vector.getCardinality() != entry.deletedCount()) {
            throw new MillraceException.Corrupt(
                    "I6: delete vectors %s hold %s of segment %s, expected %d"
                            .formatted(
                                    file,
                                    vector == null ? "nothing" : vector.getCardinality(),
                                    entry.meta().id(),
                                    entry.deletedCount()));
        }
        return vector;
    }

    /// Presumed abort: every file of ours that no kept generation needs goes, once the segments are
    /// open. Names that are not of our forms stay. One that cannot be deleted costs its room, not
    /// the index; their names are returned.
    private List<String> deleteUnneeded(List<String> names, Set<String> needed) {
        List<String> orphans = new ArrayList<>();
        for (String name : names) {
            if (IndexFile.parse(name).isPresent() && !needed.contains(name)) {
                try {
                    directory.delete(name);
                } catch (NoSuchFileException e) {
                    // That is what was wanted.
                } catch (IOException e) {
                    LOG.log(Level.WARNING, () -> "orphan stays file=" + name, e);
                    orphans.add(name);
                }
            }
        }
        return orphans;
    }
}
