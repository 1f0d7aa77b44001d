package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.directory.Directory;
import io.millrace.index.CommitRecord.SegmentEntry;
import io.millrace.index.CommitRecordLayout.Sealed;
import io.millrace.segment.DeleteVectorFile;
import io.millrace.segment.DeleteVectorMeta;
import io.millrace.segment.SegmentCheck;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Finds what of a damaged index can go on: the newest kept generation whose segments are whole and
/// whose delete vectors are whole or follow from the intake numbers. It goes on as a new
/// incarnation, so that nobody takes it for the damaged one; the damaged folder is not changed.
///
/// Never a silent step back: the plan says which positions are read again, and whoever applies it
/// answers for the source still having them. Confined to one thread, used once.
public final class IndexRepair {
    /// What can be done.
    ///
    /// - steps: what it does and what it costs, for people
    /// - generation: the one that goes on, 0 when there is none
    public record Plan(boolean isNeeded, long generation, List<String> steps) {
        public Plan {
            steps = List.copyOf(steps);
        }

        public boolean isPossible() {
            return generation > 0;
        }
    }

    /// A generation that can go on.
    ///
    /// - lost: the delete vectors that were worked out again, by the file that held them
    private record Salvage(
            Sealed sealed, Map<String, TreeMap<SegmentId, ImmutableRoaringBitmap>> lost) {}

    private final Directory folder;
    private final List<String> steps = new ArrayList<>();
    private @Nullable Salvage salvage;
    private final Plan plan;

    /// Reads the folder; changes nothing.
    ///
    /// @throws MillraceException.Unavailable when the folder cannot be read at all
    public IndexRepair(Directory folder) {
        this.folder = folder;
        CheckReport report = IndexCheck.run(folder, false, _ -> {});
        if (report.isWhole()) {
            plan = new Plan(false, 0, List.of("generation " + report.generation() + " is whole"));
            return;
        }
        report.findings().forEach(finding -> steps.add("damaged: " + finding));
        search(report.generation());
        plan = new Plan(true, salvage == null ? 0 : salvage.sealed().record().generation(), steps);
    }

    public Plan plan() {
        return plan;
    }

    /// Writes the new incarnation into an empty folder.
    ///
    /// @throws MillraceException.InvalidRequest CONFLICT when there is nothing to repair, nothing
    ///   that can be, or the folder is not empty
    public IndexCopy.Summary apply(
            Directory target, String incarnation, InstantSource clock, RandomGenerator random) {
        if (salvage == null) {
            throw MillraceException.InvalidRequest.conflict(
                    "%s: %s".formatted(folder.describe(), String.join("; ", plan.steps())));
        }
        IndexCopy.checkEmpty(target);
        try {
            Ulids ulids = new Ulids(clock, random);
            CommitRecord record = salvage.sealed().record();
            List<DeleteVectorMeta> vectors = new ArrayList<>();
            Map<String, String> renamed = new HashMap<>();
            List<String> adopted = new ArrayList<>();
            for (SegmentEntry entry : record.segments()) {
                adopted.add(entry.meta().id().fileName());
            }
            record.schemaFile().ifPresent(adopted::add);
            for (DeleteVectorMeta meta : record.deleteVectors()) {
                TreeMap<SegmentId, ImmutableRoaringBitmap> lost = salvage.lost().get(meta.name());
                if (lost == null) {
                    adopted.add(meta.name());
                    vectors.add(meta);
                } else {
                    String name = IndexFile.deleteVectors(ulids.next());
                    vectors.add(DeleteVectorFile.write(target, name, lost));
                    renamed.put(meta.name(), name);
                }
            }
            List<SegmentEntry> entries = new ArrayList<>();
            for (SegmentEntry entry : record.segments()) {
                String file = entry.deleteVector();
                entries.add(
                        file == null
                                ? entry
                                : new SegmentEntry(
                                        entry.meta(),
                                        renamed.getOrDefault(file, file),
                                        entry.deletedCount()));
            }
            return IndexCopy.goOn(
                    record.withSegments(entries, vectors),
                    salvage.sealed().crc(),
                    CommitFiles.newest(folder.list()).orElse(record.generation()) + 1,
                    folder,
                    adopted,
                    target,
                    incarnation,
                    clock,
                    random);
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "repair of %s: %s".formatted(folder.describe(), e.getMessage()), e);
        }
    }

    private void search(long newest) {
        Checkpoint reached = null;
        for (long generation = newest; generation > 0 && salvage == null; generation--) {
            try {
                Sealed sealed = new CommitFiles(folder).read(generation);
                if (reached == null) {
                    reached = sealed.record().checkpoint();
                }
                Map<String, TreeMap<SegmentId, ImmutableRoaringBitmap>> lost =
                        wholeBut(sealed.record());
                salvage = new Salvage(sealed, lost);
                describe(sealed.record(), newest, reached, lost);
            } catch (java.nio.file.NoSuchFileException e) {
                steps.add("generation %d: no %s".formatted(generation, e.getFile()));
                if (String.valueOf(e.getFile()).endsWith(".commit")) {
                    break;
                }
            } catch (IOException | MillraceException e) {
                steps.add("generation %d: %s".formatted(generation, e.getMessage()));
            }
        }
        if (salvage == null) {
            steps.add("no kept generation can go on: restore a backup or rebuild the index");
        }
    }

    private void describe(
            CommitRecord record,
            long newest,
            Checkpoint reached,
            Map<String, TreeMap<SegmentId, ImmutableRoaringBitmap>> lost) {
        steps.add(
                "generation %d goes on, with %d documents, in a new incarnation"
                        .formatted(record.generation(), record.documentCount()));
        lost.keySet().forEach(file -> steps.add("worked out again from intake numbers: " + file));
        if (record.generation() < newest) {
            steps.add(
                    "read again from %s on; generation %d had reached %s: the source must still have all of it"
                            .formatted(
                                    record.checkpoint(),
                                    newest,
                                    reached.equals(record.checkpoint()) ? "no less" : reached));
        }
        steps.add("dead letters and events that were not published before are not published");
    }

    /// What of the delete vectors is lost and can be worked out again; fails when anything else is.
    private Map<String, TreeMap<SegmentId, ImmutableRoaringBitmap>> wholeBut(CommitRecord record)
            throws IOException {
        Map<String, Map<SegmentId, ImmutableRoaringBitmap>> vectors = new HashMap<>();
        Map<String, TreeMap<SegmentId, ImmutableRoaringBitmap>> lost = new HashMap<>();
        for (DeleteVectorMeta meta : record.deleteVectors()) {
            try {
                vectors.put(meta.name(), DeleteVectorFile.read(folder, meta));
            } catch (IOException | MillraceException.Corrupt e) {
                lost.put(meta.name(), new TreeMap<>());
            }
        }
        List<SegmentView> views = new ArrayList<>();
        try {
            for (SegmentEntry entry : record.segments()) {
                SegmentReader reader = SegmentReader.open(folder, entry.meta());
                Map<SegmentId, ImmutableRoaringBitmap> known =
                        vectors.getOrDefault(String.valueOf(entry.deleteVector()), Map.of());
                views.add(
                        new SegmentView(
                                reader,
                                known.getOrDefault(entry.meta().id(), new MutableRoaringBitmap())));
                SegmentCheck.structure(
                        reader,
                        record.nextSequence(),
                        (place, expected, found) -> {
                            throw new MillraceException.Corrupt(
                                    "segment %s (%s): expected %s, found %s"
                                            .formatted(entry.meta().id(), place, expected, found));
                        },
                        _ -> {});
            }
            workOut(record, views, lost);
            return lost;
        } finally {
            views.forEach(view -> view.reader().close());
        }
    }

    /// A document that was deleted and not replaced leaves no trace but the vector: the counts tell
    /// whether there are such.
    private static void workOut(
            CommitRecord record,
            List<SegmentView> views,
            Map<String, TreeMap<SegmentId, ImmutableRoaringBitmap>> lost) {
        List<MutableRoaringBitmap> replaced = VisibleVersions.check(views, (_, _, _, _) -> {});
        for (int i = 0; i < views.size(); i++) {
            SegmentEntry entry = record.segments().get(i);
            TreeMap<SegmentId, ImmutableRoaringBitmap> file =
                    lost.get(String.valueOf(entry.deleteVector()));
            if (file == null) {
                continue;
            }
            if (replaced.get(i).getCardinality() != entry.deletedCount()) {
                throw new MillraceException.Corrupt(
                        "%s is lost, and of the %d deleted documents of segment %s only %d were replaced"
                                .formatted(
                                        entry.deleteVector(),
                                        entry.deletedCount(),
                                        entry.meta().id(),
                                        replaced.get(i).getCardinality()));
            }
            file.put(entry.meta().id(), replaced.get(i));
        }
    }
}
