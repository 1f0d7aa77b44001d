package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.segment.ColumnReader;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Ranks the documents of one segment. Confined to one search.
///
/// Of several values the smallest counts when rising, the largest when falling.
final class SegmentRanks {
    private final List<SortOrder.Key> keys;
    private final SegmentReader segment;
    private final int segmentOrdinal;
    private final @Nullable DocumentScorer scorer;
    private final @Nullable ColumnReader[] columns;
    private final @Nullable TermsReader[] terms;

    /// The column holds longs, other segments hold doubles.
    private final boolean[] widened;

    /// @param scorer needed when the order uses the score
    SegmentRanks(
            SortOrder order,
            SegmentReader segment,
            int segmentOrdinal,
            @Nullable DocumentScorer scorer) {
        this.keys = order.keys();
        this.segment = segment;
        this.segmentOrdinal = segmentOrdinal;
        this.scorer = scorer;
        this.columns = new ColumnReader[keys.size()];
        this.terms = new TermsReader[keys.size()];
        this.widened = new boolean[keys.size()];
        for (int i = 0; i < columns.length; i++) {
            Field field = keys.get(i).field();
            if (field != null) {
                columns[i] = segment.column(field.path());
                terms[i] = segment.terms(field.path());
                widened[i] = Widening.applies(field, segment);
            }
        }
    }

    int keyCount() {
        return keys.size();
    }

    /// The matching documents of the segment that can be on a page.
    ImmutableRoaringBitmap behind(PageStart start, ImmutableRoaringBitmap matching) {
        return start.enter(segment, segmentOrdinal, matching);
    }

    /// Overwrites a hit with a document, asked for in rising order.
    void load(int document, RankedHit into) {
        into.segment = segmentOrdinal;
        into.document = document;
        into.missing = 0;
        for (int i = 0; i < columns.length; i++) {
            boolean descending = keys.get(i).descending();
            switch (keys.get(i).kind()) {
                case NUMBER, TERM -> {
                    ColumnReader column = columns[i];
                    int count = column == null ? 0 : column.valueCount(document);
                    if (column == null || count == 0) {
                        into.missing |= 1 << i;
                    } else {
                        long value = column.value(document, descending ? count - 1 : 0);
                        long rank = widened[i] ? Widening.ordered(value) : value;
                        into.ranks[i] = descending ? ~rank : rank;
                    }
                }
                case SCORE -> {
                    // Bits of floats above 0 are in the order of the floats.
                    long bits = Float.floatToIntBits(score(document));
                    into.ranks[i] = descending ? ~bits : bits;
                }
                case DOCUMENT_KEY -> into.bytes[i] = segment.key(document).bytes();
            }
        }
    }

    private float score(int document) {
        return scorer == null ? 0 : (float) Math.max(0, scorer.score(document));
    }

    /// Makes a loaded hit comparable with those of other segments.
    void resolve(RankedHit hit) {
        for (int i = 0; i < columns.length; i++) {
            if (keys.get(i).kind() == SortOrder.Kind.TERM && !hit.isMissing(i)) {
                long ordinal = keys.get(i).descending() ? ~hit.ranks[i] : hit.ranks[i];
                hit.bytes[i] = Objects.requireNonNull(terms[i]).bytes(Math.toIntExact(ordinal));
            }
        }
    }
}
