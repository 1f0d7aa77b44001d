package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.index.CommitRecord.SegmentEntry;
import io.millrace.index.LaneOutput.OwnSegment;
import io.millrace.segment.DeleteVectorMeta;
import io.millrace.segment.SegmentId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// The segments of the next generation, worked out from the newest one and what the lanes made. A
/// segment of which nothing is visible any more is left out. Touches no file.
///
/// - views: the segments of the next generation, old ones first
/// - vectors: the delete vectors that differ from those of the newest generation
/// - removed: segments of the newest generation that are left out
/// - unneeded: new segments that are left out
/// - added, deleted: visible documents that came and went
record SegmentChanges(
        List<SegmentView> views,
        SortedMap<SegmentId, ImmutableRoaringBitmap> vectors,
        List<SegmentEntry> removed,
        List<OwnSegment> unneeded,
        long added,
        long deleted) {

    static SegmentChanges of(Generation newest, LaneBases bases, List<LaneOutput> outputs) {
        boolean cleared = isCleared(outputs);
        Map<SegmentId, MutableRoaringBitmap> deletes = deletes(bases, outputs);
        List<SegmentView> views = new ArrayList<>();
        SortedMap<SegmentId, ImmutableRoaringBitmap> vectors = new TreeMap<>();
        List<SegmentEntry> removed = new ArrayList<>();
        List<OwnSegment> unneeded = new ArrayList<>();
        long added = 0;
        long deleted = 0;
        for (int i = 0; i < newest.views().size(); i++) {
            SegmentView view = newest.views().get(i);
            if (cleared) {
                deleted += view.liveCount();
                removed.add(newest.record().segments().get(i));
                continue;
            }
            ImmutableRoaringBitmap vector =
                    union(view.deleted(), deletes.remove(view.reader().meta().id()));
            deleted += vector.getCardinality() - view.deleted().getCardinality();
            SegmentView next = new SegmentView(view.reader(), vector);
            if (next.liveCount() == 0) {
                removed.add(newest.record().segments().get(i));
                continue;
            }
            views.add(next);
            if (vector != view.deleted()) {
                vectors.put(view.reader().meta().id(), vector);
            }
        }
        if (!deletes.isEmpty()) {
            throw new MillraceException.Bug(
                    "deletes in %s, which generation %d does not hold"
                            .formatted(deletes.keySet(), newest.number()));
        }
        for (LaneOutput output : outputs) {
            for (OwnSegment own : output.segments()) {
                if (own.liveCount() == 0) {
                    unneeded.add(own);
                    continue;
                }
                added += own.liveCount();
                views.add(new SegmentView(own.reader(), own.deleted()));
                if (!own.deleted().isEmpty()) {
                    vectors.put(own.reader().meta().id(), own.deleted());
                }
            }
        }
        SegmentChanges changes =
                new SegmentChanges(views, vectors, removed, unneeded, added, deleted);
        changes.checkCounts(cleared ? 0 : newest.record().documentCount(), outputs);
        return changes;
    }

    /// Whether every document of the generations before is gone. All lanes that did anything at all
    /// must say so: the clearing stood at one place in the order of changes.
    private static boolean isCleared(List<LaneOutput> outputs) {
        boolean cleared = outputs.stream().anyMatch(LaneOutput::cleared);
        for (LaneOutput output : outputs) {
            boolean hasWorked = !output.segments().isEmpty() || output.base() != null;
            if (cleared && hasWorked && !output.cleared()) {
                throw new MillraceException.Bug("a lane with documents was not told to clear");
            }
        }
        return cleared;
    }

    /// A merge puts its output where its first input stood, without what was deleted since it
    /// began. Nothing is left of it when none of its inputs is there any more.
    static SegmentChanges of(Generation newest, FinishedMerge merge) {
        MutableRoaringBitmap deleted = new MutableRoaringBitmap();
        List<SegmentView> views = new ArrayList<>();
        List<SegmentEntry> removed = new ArrayList<>();
        Map<SegmentId, Integer> inputs = new HashMap<>();
        for (int i = 0; i < merge.inputs().size(); i++) {
            inputs.put(merge.inputs().get(i).reader().meta().id(), i);
        }
        int place = -1;
        for (int i = 0; i < newest.views().size(); i++) {
            SegmentView view = newest.views().get(i);
            Integer input = inputs.remove(view.reader().meta().id());
            if (input == null) {
                views.add(view);
                continue;
            }
            if (place < 0) {
                place = views.size();
            }
            removed.add(newest.record().segments().get(i));
            carryOver(merge, input, view.deleted(), deleted);
        }
        // A segment of which everything was deleted is gone from the generation.
        inputs.values().forEach(input -> carryOver(merge, input, null, deleted));
        SortedMap<SegmentId, ImmutableRoaringBitmap> vectors = new TreeMap<>();
        if (place >= 0) {
            views.add(place, new SegmentView(merge.reader(), deleted));
            if (!deleted.isEmpty()) {
                vectors.put(merge.reader().meta().id(), deleted);
            }
        }
        SegmentChanges changes = new SegmentChanges(views, vectors, removed, List.of(), 0, 0);
        if (changes.documentCount() != newest.record().documentCount()) {
            throw new MillraceException.Bug(
                    "I10: %d visible documents, after merge %s %d"
                            .formatted(
                                    newest.record().documentCount(),
                                    merge.reader().meta().id(),
                                    changes.documentCount()));
        }
        return changes;
    }

    /// @param deleted of the input by now, null for all of it
    private static void carryOver(
            FinishedMerge merge,
            int input,
            @Nullable ImmutableRoaringBitmap deleted,
            MutableRoaringBitmap deletedOutput) {
        SegmentView view = merge.inputs().get(input);
        MutableRoaringBitmap late = new MutableRoaringBitmap();
        if (deleted == null) {
            late.add(0L, view.documentCount());
        } else {
            late.or(deleted);
        }
        late.andNot(view.deleted());
        late.forEach(
                (int document) -> deletedOutput.add(merge.documents().target(input, document)));
    }

    /// What the lanes deleted, as documents of the segments of the newest generation.
    private static Map<SegmentId, MutableRoaringBitmap> deletes(
            LaneBases bases, List<LaneOutput> outputs) {
        Map<SegmentId, MutableRoaringBitmap> deletes = new HashMap<>();
        for (LaneOutput output : outputs) {
            if (output.base() == null) {
                continue;
            }
            bases.carryOver(output.base(), output.committedDeletes())
                    .forEach((id, documents) ->
                            deletes.computeIfAbsent(id, _ -> new MutableRoaringBitmap())
                                    .or(documents));
        }
        return deletes;
    }

    /// The same object when nothing is added.
    private static ImmutableRoaringBitmap union(
            ImmutableRoaringBitmap vector, @Nullable MutableRoaringBitmap deletes) {
        if (deletes == null) {
            return vector;
        }
        MutableRoaringBitmap union = vector.toMutableRoaringBitmap();
        union.or(deletes);
        return union;
    }

    /// Lanes count keys, segments count documents: they agree only if no key is visible twice (I8).
    private void checkCounts(long before, List<LaneOutput> outputs) {
        long expected = before;
        for (LaneOutput output : outputs) {
            expected += output.liveDelta();
        }
        if (documentCount() != expected) {
            throw new MillraceException.Bug(
                    "I8: segments hold %d visible documents, there are %d keys"
                            .formatted(documentCount(), expected));
        }
    }

    long documentCount() {
        return views.stream().mapToLong(SegmentView::liveCount).sum();
    }

    boolean changesVisibleDocuments() {
        return added > 0 || deleted > 0;
    }

    /// The segments as the record of the next generation names them.
    ///
    /// @param written the file that holds [#vectors], null when there are none
    List<SegmentEntry> entries(Generation newest, @Nullable DeleteVectorMeta written) {
        Map<SegmentId, SegmentEntry> before = new HashMap<>();
        newest.record().segments().forEach(entry -> before.put(entry.meta().id(), entry));
        List<SegmentEntry> entries = new ArrayList<>(views.size());
        for (SegmentView view : views) {
            SegmentId id = view.reader().meta().id();
            SegmentEntry former = before.get(id);
            if (written != null && vectors.containsKey(id)) {
                entries.add(
                        new SegmentEntry(
                                view.reader().meta(),
                                written.name(),
                                view.deleted().getCardinality()));
            } else if (former != null) {
                entries.add(former);
            } else {
                entries.add(new SegmentEntry(view.reader().meta(), null, 0));
            }
        }
        return entries;
    }
}
