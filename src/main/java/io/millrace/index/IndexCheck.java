package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.directory.Directory;
import io.millrace.index.CheckReport.Finding;
import io.millrace.index.CommitRecord.SegmentEntry;
import io.millrace.index.CommitRecordLayout.Sealed;
import io.millrace.segment.DeleteVectorFile;
import io.millrace.segment.DeleteVectorMeta;
import io.millrace.segment.SegmentCheck;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Reads an index folder from its newest commit record down and says what is not as it must be.
/// Writes nothing and takes no lock; heap does not grow with the number of keys
/// ([VisibleVersions]). Confined to one thread, used once.
public final class IndexCheck {
    /// One broken structure can be wrong in every document; the first ones tell as much.
    private static final int FINDINGS_PER_FILE_MAX = 20;

    private static final int PROGRESS_DOCUMENTS = 1_000_000;

    /// A folder that is written to while it is read is read again when something does not fit.
    private static final int ATTEMPTS = 5;

    private final Directory directory;
    private final boolean deep;
    private final Consumer<String> progress;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Finding> losses = new ArrayList<>();
    private final Map<String, Integer> findingsPerFile = new HashMap<>();
    private final Set<String> needed = new HashSet<>();

    private IndexCheck(Directory directory, boolean deep, Consumer<String> progress) {
        this.directory = directory;
        this.deep = deep;
        this.progress = progress;
    }

    /// @param deep analyses every stored document again, which takes as long as indexing it
    /// @param progress is told what is being read, for people
    /// @throws MillraceException.Unavailable when the folder cannot be read at all
    public static CheckReport run(Directory directory, boolean deep, Consumer<String> progress) {
        try {
            CheckReport report = new IndexCheck(directory, deep, progress).check();
            for (int attempt = 1; attempt < ATTEMPTS && !report.isWhole(); attempt++) {
                if (CommitFiles.newest(directory.list()).orElse(0) == report.generation()) {
                    break;
                }
                report = new IndexCheck(directory, deep, progress).check();
            }
            return report;
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "folder %s cannot be read: %s".formatted(directory.describe(), e.getMessage()),
                    e);
        }
    }

    private CheckReport check() throws IOException {
        List<String> names = directory.list();
        OptionalLong newest = CommitFiles.newest(names);
        if (newest.isEmpty()) {
            find("", "", "a commit record", "none among " + names.size() + " files");
            return report(null, 0, names);
        }
        List<Sealed> chain = chain(newest.getAsLong());
        CommitRecord record = chain.isEmpty() ? null : chain.getFirst().record();
        if (record == null || record.generation() != newest.getAsLong()) {
            return report(null, newest.getAsLong(), names);
        }
        checkNeighbours(chain);
        for (Sealed sealed : chain) {
            checkRejects(sealed.record());
            sealed.record().schemaFile().ifPresent(needed::add);
        }
        checkOlderRejects(record, names);
        needed.addAll(record.contentFiles());
        checkContent(record);
        return report(record, record.generation(), names);
    }

    /// The kept records, newest first; ends at one that cannot be read.
    private List<Sealed> chain(long newest) {
        List<Sealed> chain = new ArrayList<>();
        long oldest = newest;
        for (long generation = newest; generation >= oldest; generation--) {
            String name = new IndexFile.Commit(generation).name();
            needed.add(name);
            Sealed sealed = reading(name, "", generation, CommitFiles::read);
            if (sealed == null) {
                break;
            }
            if (chain.isEmpty()) {
                oldest = sealed.record().keptFrom();
            }
            chain.add(sealed);
        }
        progress.accept("%d commit records down to generation %d".formatted(chain.size(), oldest));
        return chain;
    }

    private void checkNeighbours(List<Sealed> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            CommitRecord next = chain.get(i).record();
            CommitRecord former = chain.get(i + 1).record();
            String file = new IndexFile.Commit(next.generation()).name();
            expect(
                    next.previousCrc() == chain.get(i + 1).crc(),
                    file,
                    "previousCrc",
                    "%08x".formatted(chain.get(i + 1).crc()),
                    "%08x".formatted(next.previousCrc()));
            expect(
                    next.incarnation().equals(former.incarnation()),
                    file,
                    "incarnation",
                    former.incarnation(),
                    next.incarnation());
            expect(
                    next.index().equals(former.index()),
                    file,
                    "index",
                    former.index(),
                    next.index());
            expect(
                    next.nextSequence() >= former.nextSequence(),
                    file,
                    "nextSequence",
                    "at least " + former.nextSequence(),
                    "" + next.nextSequence());
            expect(
                    next.publishedThrough() >= former.publishedThrough(),
                    file,
                    "publishedThrough",
                    "at least " + former.publishedThrough(),
                    "" + next.publishedThrough());
            for (Map.Entry<SourcePartition, Position> was :
                    former.checkpoint().positions().entrySet()) {
                Position is = next.checkpoint().position(was.getKey());
                expect(
                        is != null && is.next() >= was.getValue().next(),
                        file,
                        "checkpoint of " + was.getKey(),
                        "at least " + was.getValue(),
                        "" + is);
            }
        }
    }

    private void checkRejects(CommitRecord record) {
        for (RejectsMeta meta : record.rejects()) {
            needed.add(meta.name());
            reading(meta.name(), "", meta, (files, rejects) -> scan(rejects));
        }
    }

    private RejectsMeta scan(RejectsMeta rejects) throws IOException {
        RejectsReader.scan(directory, rejects, _ -> {});
        return rejects;
    }

    /// Nothing needs them: what is wrong with them is no damage of the index, and they may be
    /// dropped while they are looked at.
    private void checkOlderRejects(CommitRecord newest, List<String> names) {
        OlderRejects.Unread unread =
                OlderRejects.find(
                        new CommitFiles(directory),
                        newest,
                        names,
                        new OlderRejects.Finds() {
                            @Override
                            public boolean found(Sealed sealed) {
                                CommitRecord record = sealed.record();
                                needed.add(new IndexFile.Commit(record.generation()).name());
                                record.schemaFile().ifPresent(needed::add);
                                for (RejectsMeta meta : record.rejects()) {
                                    needed.add(meta.name());
                                    try {
                                        scan(meta);
                                    } catch (NoSuchFileException e) {
                                        progress.accept(meta.name() + " was dropped meanwhile");
                                    } catch (IOException | MillraceException.Corrupt e) {
                                        lose(meta.name(), e);
                                    }
                                }
                                return true;
                            }

                            @Override
                            public void damaged(long generation, Exception why) {
                                if (!(why instanceof NoSuchFileException)) {
                                    lose(new IndexFile.Commit(generation).name(), why);
                                }
                            }

                            @Override
                            public void unread(long generation, IOException why) {
                                lose(new IndexFile.Commit(generation).name(), why);
                            }
                        });
        for (String name : names) {
            IndexFile.parse(name).filter(unread::mayNeed).ifPresent(_ -> needed.add(name));
        }
    }

    private void lose(String file, Exception why) {
        losses.add(new Finding(file, "", "a whole file", String.valueOf(why.getMessage())));
    }

    private void checkContent(CommitRecord record) {
        Map<String, Map<SegmentId, ImmutableRoaringBitmap>> vectors = new HashMap<>();
        for (DeleteVectorMeta meta : record.deleteVectors()) {
            Map<SegmentId, ImmutableRoaringBitmap> read =
                    reading(
                            meta.name(),
                            "",
                            meta,
                            (files, file) -> DeleteVectorFile.read(directory, file));
            if (read != null) {
                vectors.put(meta.name(), read);
            }
        }
        List<SegmentView> views = new ArrayList<>();
        try {
            for (SegmentEntry entry : record.segments()) {
                SegmentReader reader = openSegment(record, entry);
                if (reader != null) {
                    views.add(new SegmentView(reader, deleted(entry, vectors)));
                }
            }
            if (views.size() == record.segments().size()) {
                progress.accept("one visible version of every key");
                VisibleVersions.check(views, this::find);
            }
        } finally {
            views.forEach(view -> view.reader().close());
        }
    }

    private @Nullable SegmentReader openSegment(CommitRecord record, SegmentEntry entry) {
        String file = entry.meta().id().fileName();
        progress.accept(
                "%s, %d bytes, %d documents"
                        .formatted(file, entry.meta().lengthBytes(), entry.meta().documentCount()));
        SegmentReader reader =
                reading(file, "", entry, (files, it) -> SegmentReader.open(directory, it.meta()));
        if (reader == null) {
            return null;
        }
        int before = findings.size();
        SegmentCheck.Findings into = (place, expected, found) -> find(file, place, expected, found);
        SegmentCheck.structure(reader, record.nextSequence(), into, this::tell);
        if (deep && findings.size() == before) {
            SegmentCheck.analysis(reader, into, this::tell);
        }
        return reader;
    }

    private void tell(int documents) {
        if (documents % PROGRESS_DOCUMENTS == 0) {
            progress.accept("  %d documents".formatted(documents));
        }
    }

    private ImmutableRoaringBitmap deleted(
            SegmentEntry entry, Map<String, Map<SegmentId, ImmutableRoaringBitmap>> vectors) {
        String file = entry.deleteVector();
        if (file == null || !vectors.containsKey(file)) {
            return new MutableRoaringBitmap();
        }
        ImmutableRoaringBitmap vector =
                vectors.getOrDefault(file, Map.of())
                        .getOrDefault(entry.meta().id(), new MutableRoaringBitmap());
        String place = "vector of " + entry.meta().id().fileName();
        expect(
                vector.getCardinality() == entry.deletedCount(),
                file,
                place,
                entry.deletedCount() + " deleted documents",
                "" + vector.getCardinality());
        expect(
                vector.isEmpty() || vector.last() < entry.meta().documentCount(),
                file,
                place,
                "documents below " + entry.meta().documentCount(),
                vector.isEmpty() ? "none" : "" + vector.last());
        return vector;
    }

    private CheckReport report(@Nullable CommitRecord record, long generation, List<String> names) {
        List<String> orphans =
                record == null
                        ? List.of()
                        : names.stream()
                                .filter(name ->
                                        IndexFile.parse(name).isPresent() && !needed.contains(name))
                                .toList();
        return new CheckReport(
                directory.describe(),
                record == null ? "" : record.index(),
                record == null ? "" : record.incarnation(),
                generation,
                record == null ? 0 : record.segments().size(),
                record == null ? 0 : record.documentCount(),
                record == null ? "" : record.checkpoint().toString(),
                findings,
                losses,
                orphans);
    }

    @FunctionalInterface
    private interface Reading<T, R> {
        R read(CommitFiles files, T what) throws IOException;
    }

    /// What cannot be read is a finding of that file.
    private <T, R> @Nullable R reading(String file, String place, T what, Reading<T, R> reading) {
        try {
            return reading.read(new CommitFiles(directory), what);
        } catch (NoSuchFileException e) {
            boolean isOther = e.getFile() != null && !e.getFile().endsWith(file);
            find(file, place, "the file", "no such file" + (isOther ? ": " + e.getFile() : ""));
        } catch (IOException | MillraceException | IndexOutOfBoundsException e) {
            find(file, place, "a whole file", String.valueOf(e.getMessage()));
        }
        return null;
    }

    private void expect(boolean holds, String file, String place, String expected, String found) {
        if (!holds) {
            find(file, place, expected, found);
        }
    }

    private void find(String file, String place, String expected, String found) {
        if (findingsPerFile.merge(file, 1, Integer::sum) <= FINDINGS_PER_FILE_MAX) {
            findings.add(new Finding(file, place, expected, found));
        }
    }
}
