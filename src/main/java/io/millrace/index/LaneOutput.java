package io.millrace.index;

import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// What a lane made of its part of a generation: forced files and what they replace. Owned by the
/// lane until the barrier takes it, then by the commit.
///
/// - base: the generation that the lane worked upon, null when it never looked at one
/// - committedDeletes: newly deleted documents of the segments of `base`
/// - cleared: every document of `base` is gone, none is named one by one
/// - liveDelta: keys that appeared minus keys that disappeared, from nothing when cleared
record LaneOutput(
        List<OwnSegment> segments,
        LaneBases.@Nullable Base base,
        Map<SegmentId, MutableRoaringBitmap> committedDeletes,
        boolean cleared,
        @Nullable RejectsMeta rejects,
        long liveDelta) {

    static final LaneOutput EMPTY = new LaneOutput(List.of(), null, Map.of(), false, null, 0);

    List<String> fileNames() {
        List<String> files = new ArrayList<>();
        segments.forEach(own -> files.add(own.reader().meta().id().fileName()));
        if (rejects != null) {
            files.add(rejects.name());
        }
        return files;
    }

    /// The output is not used after all.
    void close() {
        segments.forEach(own -> own.reader().close());
        releaseBase();
    }

    /// What was deleted from the base has been carried over. Done again, it does nothing.
    void releaseBase() {
        if (base != null) {
            base.close();
        }
    }

    /// A segment written for this generation.
    ///
    /// - deleted: its documents that later changes of the same generation replaced
    record OwnSegment(SegmentReader reader, MutableRoaringBitmap deleted) {
        int liveCount() {
            return reader.documentCount() - deleted.getCardinality();
        }
    }
}
