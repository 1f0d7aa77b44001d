package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.index.SegmentView;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.util.List;
import java.util.Objects;

/// The hit behind which a page begins, put in terms of one segment after the other. Its values are
/// read again where it lies, so that a place is all that a reader has to remember. Confined to one
/// search.
///
/// A document is behind it when it is ordered after it; ties go by (segment, document) as
/// everywhere, so that no document of a tie is met twice or never.
final class PageStart {
    private final SortOrder order;

    /// Resolved: as comparable across segments.
    private final RankedHit last;

    /// The same for one segment: terms are its ordinals.
    private final RankedHit inSegment;

    /// Bit i is set when the term of key i does not occur in the segment: a document with the rank
    /// that stands in for it is not behind.
    private int between;

    private PageStart(SortOrder order, RankedHit last) {
        this.order = order;
        this.last = last;
        this.inSegment = new RankedHit(order.keys().size());
    }

    /// @throws MillraceException.InvalidRequest when there is no such document
    static PageStart of(SortOrder order, HitPlace place, List<SegmentView> segments) {
        if (place.segment() < 0
                || place.segment() >= segments.size()
                || place.document() < 0
                || place.document() >= segments.get(place.segment()).documentCount()
                || !(place.score() >= 0 && place.score() < Float.POSITIVE_INFINITY)) {
            throw MillraceException.InvalidRequest.malformed(
                    Cursor.NAME,
                    "cursor of a document that is not there: expected one of an answer");
        }
        SegmentReader segment = segments.get(place.segment()).reader();
        SegmentRanks ranks = new SegmentRanks(order, segment, place.segment(), null);
        RankedHit last = new RankedHit(order.keys().size());
        ranks.load(place.document(), last);
        ranks.resolve(last);
        for (int i = 0; i < order.keys().size(); i++) {
            if (order.keys().get(i).kind() == SortOrder.Kind.SCORE) {
                long bits = Float.floatToIntBits(place.score());
                last.ranks[i] = order.keys().get(i).descending() ? ~bits : bits;
            }
        }
        return new PageStart(order, last);
    }

    /// Goes on to the next segment. Returns the first document that can be behind.
    int enter(SegmentReader segment, int segmentOrdinal) {
        if (order.keys().isEmpty()) {
            if (segmentOrdinal == last.segment) {
                return last.document + 1;
            }
            return segmentOrdinal > last.segment ? 0 : segment.documentCount();
        }
        inSegment.missing = last.missing;
        between = 0;
        for (int i = 0; i < order.keys().size(); i++) {
            SortOrder.Key key = order.keys().get(i);
            inSegment.ranks[i] = last.ranks[i];
            inSegment.bytes[i] = last.bytes[i];
            if (key.kind() == SortOrder.Kind.TERM && !last.isMissing(i)) {
                TermsReader terms = segment.terms(Objects.requireNonNull(key.field()).path());
                inSegment.ranks[i] = terms == null ? 0 : ordinalRank(key, i, terms);
            }
        }
        return 0;
    }

    /// Where a walk over the terms of the first key begins, in the segment entered last: no
    /// document behind is of a term before.
    int firstOrdinal(TermsReader terms) {
        SortOrder.Key key = order.keys().getFirst();
        int end = key.descending() ? -1 : terms.termCount();
        if (last.isMissing(0)) {
            int begin = key.descending() ? terms.termCount() - 1 : 0;
            return key.missingFirst() ? begin : end;
        }
        long value = key.descending() ? ~inSegment.ranks[0] : inSegment.ranks[0];
        if (key.kind() == SortOrder.Kind.TERM) {
            return (int) Math.clamp(value, 0L, terms.termCount() - 1L);
        }
        int ordinal = terms.ceiling(value);
        boolean isAbove = ordinal == terms.termCount() || terms.ordered(ordinal) > value;
        return key.descending() && isAbove ? ordinal - 1 : ordinal;
    }

    /// The least first rank of documents behind that have one, in the segment entered last.
    long firstRankMin() {
        if (last.isMissing(0)) {
            return order.keys().getFirst().missingFirst() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return inSegment.ranks[0];
    }

    /// The rank of the term in a segment or, where it does not occur, the last rank before it.
    private long ordinalRank(SortOrder.Key key, int i, TermsReader terms) {
        byte[] term = Objects.requireNonNull(last.bytes[i]);
        int found = terms.find(term);
        if (found >= 0) {
            return key.descending() ? ~(long) found : found;
        }
        between |= 1 << i;
        int above = terms.ceiling(term);
        return key.descending() ? ~(long) above : above - 1L;
    }

    /// True when a document of the segment entered last is behind the place.
    boolean isBefore(RankedHit hit) {
        for (int i = 0; i < order.keys().size(); i++) {
            int compared = order.compare(hit, inSegment, i, false);
            if (compared != 0) {
                return compared > 0;
            }
            if ((between >>> i & 1) != 0) {
                return false;
            }
        }
        return hit.segment != last.segment
                ? hit.segment > last.segment
                : hit.document > last.document;
    }
}
