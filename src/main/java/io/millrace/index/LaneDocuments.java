package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.LiveSchema;
import io.millrace.index.LaneCommand.Slice;
import io.millrace.index.LaneOutput.OwnSegment;
import io.millrace.segment.AnalyzedDocument;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// The visible documents of a lane's keys while a generation grows: those of the base generation,
/// without what was deleted since, and those written since. At most one for each key (I8). Confined
/// to the lane's thread.
///
/// The newest is looked for first: in the open builder, in the segments written since, in the
/// segments of the base. After [#clear] the base counts as empty; every lane clears at the same
/// place in the order of changes, so that together they drop all of it.
final class LaneDocuments {

    /// Where a visible document lies, until the next change.
    sealed interface Place {
        record InBuilder(SegmentBuilder builder, int document) implements Place {}

        record InOwn(OwnSegment segment, int document) implements Place {}

        record InBase(SegmentReader segment, int document) implements Place {}
    }

    private final Directory directory;
    private final LiveSchema schema;
    private final LaneBases bases;

    private @Nullable SegmentBuilder builder;
    private final List<OwnSegment> ownSegments = new ArrayList<>();

    /// Taken when keys are first looked for, so that an idle lane holds none.
    private LaneBases.@Nullable Base base;

    /// Of the segments of `base`.
    private final Map<SegmentId, MutableRoaringBitmap> committedDeletes = new HashMap<>();

    private final LookAhead ahead = new LookAhead();

    private boolean cleared;
    private long liveDelta;

    LaneDocuments(Directory directory, LiveSchema schema, LaneBases bases) {
        this.directory = directory;
        this.schema = schema;
        this.bases = bases;
    }

    /// The builder that takes the next document.
    SegmentBuilder openBuilder() {
        if (builder == null) {
            builder = new SegmentBuilder(schema);
        }
        return builder;
    }

    /// Heap held by the builder, in bytes.
    long ramBytes() {
        return builder == null ? 0 : builder.ramBytes();
    }

    /// Gets ready to find the keys of the changes of a slice, from `from` on.
    ///
    /// @return ordinal of the first change that it has to be called for again
    int lookAhead(Slice slice, int from) {
        if (base == null && !cleared) {
            base = bases.take();
        }
        return ahead.look(slice, from, ownSegments, base == null ? List.of() : base.views());
    }

    /// The visible document of a key of the changes that were looked ahead for.
    @Nullable Place find(DocumentKey key) {
        if (builder != null) {
            int document = builder.find(key);
            if (document >= 0) {
                return new Place.InBuilder(builder, document);
            }
        }
        ahead.turnTo(key);
        for (int i = ownSegments.size() - 1; i >= ahead.ownCount(); i--) {
            OwnSegment segment = ownSegments.get(i);
            int document = segment.reader().find(key);
            if (document >= 0) {
                return inOwn(segment, document);
            }
        }
        if (ahead.ownSegment() >= 0) {
            return inOwn(ownSegments.get(ahead.ownSegment()), ahead.document());
        }
        return findInBase();
    }

    /// The newest document of a key stands in its newest segment: if that is deleted, there is
    /// none.
    private static @Nullable Place inOwn(OwnSegment segment, int document) {
        boolean isLive = !segment.deleted().contains(document);
        return isLive ? new Place.InOwn(segment, document) : null;
    }

    private @Nullable Place findInBase() {
        // Without a base after it was cleared, whatever was found in it before.
        if (base == null || ahead.baseSegment() < 0) {
            return null;
        }
        SegmentReader segment = base.views().get(ahead.baseSegment()).reader();
        int document = ahead.document();
        MutableRoaringBitmap deletes = committedDeletes.get(segment.meta().id());
        boolean isLive = deletes == null || !deletes.contains(document);
        return isLive ? new Place.InBase(segment, document) : null;
    }

    Document read(Place place) {
        return switch (place) {
            case Place.InBuilder(SegmentBuilder open, int document) -> open.document(document);
            case Place.InOwn(OwnSegment segment, int document) ->
                    segment.reader().document(document);
            case Place.InBase(SegmentReader segment, int document) -> segment.document(document);
        };
    }

    void remove(Place place) {
        boolean wasLive =
                switch (place) {
                    case Place.InBuilder(SegmentBuilder open, int document) -> {
                        open.delete(document);
                        yield true;
                    }
                    case Place.InOwn(OwnSegment segment, int document) ->
                            segment.deleted().checkedAdd(document);
                    case Place.InBase(SegmentReader segment, int document) ->
                            committedDeletes
                                    .computeIfAbsent(
                                            segment.meta().id(), _ -> new MutableRoaringBitmap())
                                    .checkedAdd(document);
                };
        if (!wasLive) {
            throw new MillraceException.Bug("I8: removed a document that is not visible: " + place);
        }
        liveDelta--;
    }

    /// Adds what the open builder analysed. The caller has removed the older document of the key.
    void add(DocumentKey key, long seq, AnalyzedDocument document) {
        openBuilder().add(key, seq, document);
        liveDelta++;
    }

    /// Removes every document of every key: what was written since the base, and the base.
    void clear() {
        builder = null;
        for (OwnSegment segment : ownSegments) {
            segment.deleted().add(0L, segment.reader().documentCount());
        }
        committedDeletes.clear();
        releaseBase();
        cleared = true;
        liveDelta = 0;
    }

    /// Makes a segment of the open builder, unless that holds no document.
    ///
    /// @param onBegin is given the name of the file before its first byte
    void flush(Ulids ulids, Consumer<String> onBegin) throws IOException {
        SegmentBuilder full = builder;
        builder = null;
        if (full == null || full.liveCount() == 0) {
            return;
        }
        SegmentId id = new SegmentId(ulids.next());
        onBegin.accept(id.fileName());
        int expected = full.liveCount();
        SegmentMeta meta = full.write(directory, id);
        SegmentReader reader = SegmentReader.open(directory, meta);
        ownSegments.add(new OwnSegment(reader, new MutableRoaringBitmap()));
        if (reader.documentCount() != expected) {
            throw new MillraceException.Bug(
                    "segment %s holds %d documents, its builder held %d"
                            .formatted(id, reader.documentCount(), expected));
        }
    }

    LaneOutput toOutput(@Nullable RejectsMeta rejects) {
        return new LaneOutput(ownSegments, base, committedDeletes, cleared, rejects, liveDelta);
    }

    /// Lets go of everything; the files stay.
    void close() {
        builder = null;
        ownSegments.forEach(segment -> segment.reader().close());
        ownSegments.clear();
        releaseBase();
    }

    private void releaseBase() {
        if (base != null) {
            base.close();
            base = null;
        }
    }
}
