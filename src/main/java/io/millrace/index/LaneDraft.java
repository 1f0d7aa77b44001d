package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.directory.Directory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.index.LaneCommand.Slice;
import io.millrace.index.LaneOutput.OwnSegment;
import io.millrace.segment.AnalyzedDocument;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// What one lane makes of its part of one generation: applies changes to their keys, in order, and
/// becomes a [LaneOutput] or nothing. Confined to the lane's thread.
final class LaneDraft {
    /// A document above this is rejected.
    static final int DOCUMENT_BYTES_MAX = 16 << 20;

    private static final Logger LOG = System.getLogger(LaneDraft.class.getName());

    private final Directory directory;
    private final Schema schema;
    private final long builderBytesMax;
    private final Ulids ulids;
    private final LaneBases bases;

    private @Nullable SegmentBuilder builder;
    private @Nullable RejectsFile rejects;
    private final List<OwnSegment> ownSegments = new ArrayList<>();

    /// Taken when a committed segment is first looked at, so that an idle lane holds none.
    private LaneBases.@Nullable Base base;

    /// Of the segments of `base`.
    private final Map<SegmentId, MutableRoaringBitmap> committedDeletes = new HashMap<>();

    private long liveDelta;

    /// Files begun, claimed before their first byte.
    private final List<String> files = new ArrayList<>();

    LaneDraft(
            Directory directory,
            Schema schema,
            long builderBytesMax,
            Ulids ulids,
            LaneBases bases) {
        this.directory = directory;
        this.schema = schema;
        this.builderBytesMax = builderBytesMax;
        this.ulids = ulids;
        this.bases = bases;
    }

    /// After a failure the draft is good for [#discard] only.
    void apply(Slice slice) throws IOException {
        for (Reject reject : slice.rejects()) {
            reject(reject);
        }
        for (int i = 0; i < slice.changeCount(); i++) {
            switch (slice.change(i)) {
                case Change.Upsert(var key, var document, var origin) ->
                        upsert(key, document, origin, slice.seq(i));
                case Change.Delete(var key, _) -> removeCurrent(key);
            }
        }
    }

    /// Writes what is still in memory; all files of the output are forced, their names are not.
    LaneOutput finish() throws IOException {
        flushBuilder();
        RejectsMeta rejected = null;
        if (rejects != null) {
            rejected = rejects.finish();
            rejects = null;
        }
        return new LaneOutput(ownSegments, base, committedDeletes, rejected, liveDelta);
    }

    /// Lets go of everything written.
    ///
    /// @param onDiscarded is given the names of files that nobody will need
    void discard(Consumer<String> onDiscarded) {
        builder = null;
        for (OwnSegment segment : ownSegments) {
            segment.reader().close();
        }
        ownSegments.clear();
        if (rejects != null) {
            rejects.abandon();
            rejects = null;
        }
        files.forEach(onDiscarded);
        files.clear();
        if (base != null) {
            base.close();
            base = null;
        }
    }

    /// First what may be refused and changes nothing, then what must not fail.
    private void upsert(DocumentKey key, Document document, Origin origin, long seq)
            throws IOException {
        if (document.sizeBytes() > DOCUMENT_BYTES_MAX) {
            reject(
                    analyse(
                            "document of %d bytes, expected at most %d"
                                    .formatted(document.sizeBytes(), DOCUMENT_BYTES_MAX),
                            origin));
            return;
        }
        SegmentBuilder open = openBuilder();
        AnalyzedDocument analyzed;
        try {
            analyzed = open.analyze(document);
        } catch (MillraceException.InvalidRequest e) {
            reject(analyse(String.valueOf(e.getMessage()), origin));
            return;
        } catch (RuntimeException | StackOverflowError e) {
            // One document that trips an analyzer is set aside like any other bad one.
            LOG.log(Level.WARNING, () -> "analysis failed origin=" + origin, e);
            reject(analyse("analysis failed: " + e, origin));
            return;
        }
        removeCurrent(key);
        open.add(key, seq, analyzed);
        liveDelta++;
        if (open.ramBytes() > builderBytesMax) {
            flushBuilder();
        }
    }

    /// Takes away the visible document of a key, if there is one: at most one is (I8).
    private void removeCurrent(DocumentKey key) {
        if (builder != null) {
            int document = builder.find(key);
            if (document >= 0) {
                builder.delete(document);
                liveDelta--;
                return;
            }
        }
        for (OwnSegment segment : ownSegments.reversed()) {
            int document = segment.reader().find(key);
            if (document >= 0 && segment.deleted().checkedAdd(document)) {
                liveDelta--;
                return;
            }
        }
        List<SegmentView> committed = committedSegments();
        for (int i = committed.size() - 1; i >= 0; i--) {
            SegmentView view = committed.get(i);
            int document = view.reader().find(key);
            if (document >= 0 && !view.deleted().contains(document)) {
                if (committedDeletes
                        .computeIfAbsent(view.reader().meta().id(), _ -> new MutableRoaringBitmap())
                        .checkedAdd(document)) {
                    liveDelta--;
                }
                return;
            }
        }
    }

    private List<SegmentView> committedSegments() {
        if (base == null) {
            base = bases.take();
        }
        return base.views();
    }

    private SegmentBuilder openBuilder() {
        if (builder == null) {
            builder = new SegmentBuilder(schema);
        }
        return builder;
    }

    private static Reject analyse(String reason, Origin origin) {
        return new Reject(Reject.Stage.ANALYSE, reason, origin);
    }

    private void reject(Reject reject) throws IOException {
        if (rejects == null) {
            String name = IndexFile.rejects(ulids.next());
            files.add(name);
            rejects = RejectsFile.create(directory, name);
        }
        rejects.add(reject);
    }

    private void flushBuilder() throws IOException {
        SegmentBuilder full = builder;
        builder = null;
        if (full == null || full.liveCount() == 0) {
            return;
        }
        int expected = full.liveCount();
        SegmentId id = new SegmentId(ulids.next());
        files.add(id.fileName());
        SegmentMeta meta = full.write(directory, id);
        SegmentReader reader = SegmentReader.open(directory, meta);
        ownSegments.add(new OwnSegment(reader, new MutableRoaringBitmap()));
        if (reader.documentCount() != expected) {
            throw new MillraceException.Bug(
                    "segment %s holds %d documents, its builder held %d"
                            .formatted(id, reader.documentCount(), expected));
        }
    }
}
