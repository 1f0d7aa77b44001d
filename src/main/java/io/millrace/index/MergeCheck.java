package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.segment.SegmentReader;
import java.util.List;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Looks at what a merge wrote before anybody relies on it.
final class MergeCheck {
    private MergeCheck() {}

    /// Every live document of every input has a place of its own in the output, the places are all
    /// there are, and intake numbers came along.
    ///
    /// @param reader of the output, opened anew
    /// @throws MillraceException.Corrupt naming the input that is short
    static void verify(List<SegmentView> inputs, SegmentReader reader, LaneBases.Moves moves) {
        MutableRoaringBitmap places = new MutableRoaringBitmap();
        for (int input = 0; input < inputs.size(); input++) {
            SegmentView view = inputs.get(input);
            int found = 0;
            for (int document = 0; document < view.documentCount(); document++) {
                int place = moves.target(input, document);
                boolean lives = !view.deleted().contains(document);
                if (lives != (place >= 0) || place >= reader.documentCount()) {
                    throw wrong(
                            reader,
                            "document %d of %s, %s, is at %d of %d"
                                    .formatted(
                                            document,
                                            view.id(),
                                            lives ? "live" : "deleted",
                                            place,
                                            reader.documentCount()));
                }
                if (lives) {
                    if (reader.seq(place) != view.reader().seq(document)) {
                        throw wrong(
                                reader,
                                "document %d of %s has intake number %d, in the output %d"
                                        .formatted(
                                                document,
                                                view.id(),
                                                view.reader().seq(document),
                                                reader.seq(place)));
                    }
                    found += places.checkedAdd(place) ? 1 : 0;
                }
            }
            if (found != view.liveCount()) {
                throw wrong(
                        reader,
                        "%d documents of %s, expected %d"
                                .formatted(found, view.id(), view.liveCount()));
            }
        }
        if (places.getCardinality() != reader.documentCount()) {
            throw wrong(
                    reader,
                    "%d documents, the inputs hold %d"
                            .formatted(reader.documentCount(), places.getCardinality()));
        }
    }

    private static MillraceException wrong(SegmentReader reader, String what) {
        return new MillraceException.Corrupt("merged segment " + reader.meta().id() + ": " + what);
    }
}
