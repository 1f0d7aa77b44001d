package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.segment.ColumnReader;
import io.millrace.segment.PackedBuffer;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Ranks the documents of one segment. Confined to one search.
///
/// Of several values one counts, as its key says.
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

    int segmentOrdinal() {
        return segmentOrdinal;
    }

    /// Null when the order does not use the score.
    @Nullable DocumentScorer scorer() {
        return scorer;
    }

    int documentCount() {
        return segment.documentCount();
    }

    /// The first document of the segment that can be on a page.
    int enter(PageStart start) {
        return start.enter(segment, segmentOrdinal);
    }

    /// True when the first key is a value of the document.
    boolean isFirstByColumn() {
        return columns.length > 0 && columns[0] != null;
    }

    /// True when the first key is the one value that every document has.
    boolean isFirstOneEach() {
        ColumnReader column = columns.length == 0 ? null : columns[0];
        return column != null && column.isOneEach() && !widened[0];
    }

    /// What the first keys of documents count; only as above.
    ///
    /// @param documents rising
    /// @param count of them
    void firstRanks(int[] documents, int count, long[] into, PackedBuffer buffer) {
        Objects.requireNonNull(columns[0]).values(documents, count, into, buffer);
        if (keys.getFirst().descending()) {
            for (int i = 0; i < count; i++) {
                into[i] = ~into[i];
            }
        }
    }

    /// The terms by which the first key orders, if documents may be asked for in their order; null
    /// otherwise, as when they are scored, too.
    @Nullable TermsReader firstTerms() {
        return columns[0] == null || widened[0] || scorer != null ? null : terms[0];
    }

    boolean isFirstDescending() {
        return keys.getFirst().descending();
    }

    /// Where a walk over the terms of the first key begins; beside them when there is none.
    ///
    /// @param start entered for this segment; null for the first page
    int firstOrdinal(@Nullable PageStart start) {
        TermsReader first = Objects.requireNonNull(terms[0]);
        if (start != null) {
            return start.firstOrdinal(first);
        }
        return isFirstDescending() ? first.termCount() - 1 : 0;
    }

    /// How many documents a walk meets whose first rank is at or before the cut.
    ///
    /// @param begin see [#firstOrdinal]
    long documentsUpTo(long cut, int begin) {
        if (keys.getFirst().kind() != SortOrder.Kind.NUMBER) {
            return documentCount();
        }
        int from = walkFrom(cut, begin);
        int to = walkTo(cut, begin);
        return from < to ? Objects.requireNonNull(terms[0]).documentCount(from, to) : 0;
    }

    /// Those documents, where the first key is a number.
    SpanTerms upTo(long cut, int begin, Windows scratch) {
        return SpanTerms.inside(
                Objects.requireNonNull(terms[0]),
                walkFrom(cut, begin),
                walkTo(cut, begin),
                documentCount(),
                scratch);
    }

    private int walkFrom(long cut, int begin) {
        return isFirstDescending()
                ? Objects.requireNonNull(terms[0]).ceiling(~cut)
                : Math.max(0, begin);
    }

    private int walkTo(long cut, int begin) {
        if (isFirstDescending()) {
            return begin + 1;
        }
        TermsReader first = Objects.requireNonNull(terms[0]);
        int to = first.ceiling(cut);
        return to < first.termCount() && first.ordered(to) == cut ? to + 1 : to;
    }

    /// What a term of the first key counts.
    long firstRankOfTerm(int ordinal) {
        SortOrder.Key key = keys.getFirst();
        long value =
                key.kind() == SortOrder.Kind.NUMBER
                        ? Objects.requireNonNull(terms[0]).ordered(ordinal)
                        : ordinal;
        return key.descending() ? ~value : value;
    }

    /// What the first key of a document that has a value counts; only with a column.
    long firstRank(int document) {
        ColumnReader column = Objects.requireNonNull(columns[0]);
        return rank(0, column, column.start(document), column.start(document + 1));
    }

    /// False when the first key of a document counts more than `cut`; only with a column.
    boolean mayBeFirst(int document, long cut) {
        ColumnReader column = Objects.requireNonNull(columns[0]);
        int from = column.start(document);
        int to = column.start(document + 1);
        return from == to || rank(0, column, from, to) <= cut;
    }

    /// @param from of the document's values, to: behind them; there is one at least
    private long rank(int key, ColumnReader column, int from, int to) {
        long value = column.valueAt(keys.get(key).takesLargest() ? to - 1 : from);
        long rank = widened[key] ? Widening.ordered(value) : value;
        return keys.get(key).descending() ? ~rank : rank;
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
                    int from = column == null ? 0 : column.start(document);
                    int to = column == null ? 0 : column.start(document + 1);
                    if (column == null || from == to) {
                        into.missing |= 1 << i;
                    } else {
                        into.ranks[i] = rank(i, column, from, to);
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

    /// See [DocumentScorer#needed].
    @Nullable SegmentFilter needed(float floor) {
        return scorer == null ? null : scorer.needed(floor);
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
