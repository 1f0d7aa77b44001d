package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.document.DocumentKey;
import io.millrace.index.LaneCommand.Slice;
import io.millrace.index.LaneOutput.OwnSegment;
import io.millrace.segment.KeyProbe;
import java.util.Arrays;
import java.util.List;

/// Where the keys of the next changes of a lane are found among its segments: those it wrote in
/// this generation, then those of its base, always the newest first. Confined to the lane's thread.
///
/// Segments do not change, so what is found here stays true while the changes are applied. Which of
/// the documents are deleted by then, and what segments were written since, has to be looked at
/// when the turn of a change comes.
final class LookAhead {
    private static final int NOWHERE = -1;

    private final KeyProbe probe = new KeyProbe();

    // By ordinal of the key: of the own segments and those of the base, counted on, and what is
    // found there.
    private final int[] segments = new int[KeyProbe.KEYS_MAX];
    private final int[] documents = new int[KeyProbe.KEYS_MAX];

    private int ownCount;

    /// The key whose turn it is.
    private int turn;

    /// Looks for the keys of changes from `from` on, as many as it takes.
    ///
    /// @return ordinal in `slice` of the first change that is not among them
    int look(Slice slice, int from, List<OwnSegment> own, List<SegmentView> base) {
        probe.clear();
        turn = 0;
        ownCount = own.size();
        int next = from;
        while (next < slice.changeCount() && probe.count() < KeyProbe.KEYS_MAX) {
            if (slice.change(next) instanceof Change.Keyed keyed) {
                probe.add(keyed.key());
            }
            next++;
        }
        Arrays.fill(segments, 0, probe.count(), NOWHERE);
        for (int i = ownCount - 1; i >= 0 && !probe.isDone(); i--) {
            int segment = i;
            // A document of an own segment is the newest of its key, and if it is deleted there is
            // none.
            probe.look(own.get(i).reader(), (key, document) -> note(key, segment, document));
        }
        for (int i = base.size() - 1; i >= 0 && !probe.isDone(); i--) {
            int segment = ownCount + i;
            SegmentView view = base.get(i);
            probe.look(
                    view.reader(),
                    (key, document) ->
                            !view.deleted().contains(document) && note(key, segment, document));
        }
        return next;
    }

    private boolean note(int key, int segment, int document) {
        segments[key] = segment;
        documents[key] = document;
        return true;
    }

    /// It is the turn of a change of this key. Keys come in the order of their changes, each as
    /// often as it is asked for.
    void turnTo(DocumentKey key) {
        while (turn < probe.count() && probe.key(turn) != key) {
            turn++;
        }
        if (turn == probe.count()) {
            throw new MillraceException.Bug("key %s was not looked for".formatted(key));
        }
    }

    /// How many own segments were looked at: what was written since is unknown here.
    int ownCount() {
        return ownCount;
    }

    /// Ordinal of the own segment that has the key, or -1.
    int ownSegment() {
        return segments[turn] < ownCount ? segments[turn] : NOWHERE;
    }

    /// Ordinal of the segment of the base that has the key, or -1.
    int baseSegment() {
        return segments[turn] < ownCount ? NOWHERE : segments[turn] - ownCount;
    }

    /// The document of that segment.
    int document() {
        return documents[turn];
    }
}
