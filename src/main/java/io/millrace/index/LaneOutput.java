package io.millrace.index;

import io.millrace.segment.SegmentReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// What a lane made of its part of a generation: forced files and what they replace. Owned by the
/// lane until the barrier takes it, then by the commit.
///
/// - committedDeletes: newly deleted documents of each segment of the base generation, in its
///   order; null where there are none
/// - liveDelta: keys that appeared minus keys that disappeared
record LaneOutput(
        List<OwnSegment> segments,
        List<@Nullable MutableRoaringBitmap> committedDeletes,
        @Nullable RejectsMeta rejects,
        long liveDelta) {

    static final LaneOutput EMPTY = new LaneOutput(List.of(), List.of(), null, 0);

    List<String> fileNames() {
        List<String> files = new ArrayList<>();
        segments.forEach(own -> files.add(own.reader().meta().id().fileName()));
        if (rejects != null) {
            files.add(rejects.name());
        }
        return files;
    }

    void closeReaders() {
        segments.forEach(own -> own.reader().close());
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
