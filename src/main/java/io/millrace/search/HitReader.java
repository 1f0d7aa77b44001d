package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Coercion;
import io.millrace.document.Document;
import io.millrace.document.Value;
import io.millrace.index.SegmentView;
import io.millrace.segment.SegmentReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Turns ranked documents into hits: reads what is stored and bounds what an answer holds. Confined
/// to one search.
final class HitReader {
    private final List<SegmentView> segments;
    private final List<SortOrder.Key> sort;
    private final StoredFields fields;
    private final @Nullable Highlighter highlighter;
    private long bytes;

    /// Kept so that looks ahead are not left away.
    long touched;

    /// @param sort the keys whose values the hits show
    /// @param highlighter null when hits do not show where they match
    HitReader(
            List<SegmentView> segments,
            List<SortOrder.Key> sort,
            StoredFields fields,
            @Nullable Highlighter highlighter) {
        this.highlighter = highlighter;
        this.segments = segments;
        this.sort = sort;
        this.fields = fields;
    }

    /// @throws MillraceException.InvalidRequest when the answer gets too large
    List<SearchResult.Hit> read(List<RankedHit> page, Map<RankedHit, Double> scores) {
        for (RankedHit hit : page) {
            touched += segments.get(hit.segment).reader().touchKey(hit.document);
        }
        List<SearchResult.Hit> hits = new ArrayList<>(page.size());
        for (RankedHit hit : page) {
            hits.add(read(hit, scores.get(hit)));
        }
        return hits;
    }

    private SearchResult.Hit read(RankedHit hit, @Nullable Double score) {
        SegmentReader segment = segments.get(hit.segment).reader();
        Value.Obj selected = fields.isNothing() ? Value.Obj.EMPTY : selected(segment, hit);
        return new SearchResult.Hit(
                segment.key(hit.document),
                score,
                sortValues(hit, segment),
                selected,
                highlighter == null
                        ? Map.of()
                        : highlighter.of(segment.document(hit.document).root()));
    }

    private Value.Obj selected(SegmentReader segment, RankedHit hit) {
        Document stored = segment.document(hit.document);
        Value.Obj selected = fields.select(stored);
        bytes += Math.min(stored.sizeBytes(), weightBytes(selected));
        if (bytes > SearchLimits.ANSWER_BYTES_MAX) {
            throw MillraceException.InvalidRequest.tooLarge(
                    "",
                    "answer above %d bytes of documents, expected less: lower limit or name fewer"
                                    .formatted(SearchLimits.ANSWER_BYTES_MAX)
                            + " fields");
        }
        return selected;
    }

    private List<Value> sortValues(RankedHit hit, SegmentReader segment) {
        if (sort.size() == 1) {
            return List.of(sortValue(hit, 0, segment));
        }
        List<Value> values = new ArrayList<>(sort.size());
        for (int i = 0; i < sort.size(); i++) {
            values.add(sortValue(hit, i, segment));
        }
        return values;
    }

    private Value sortValue(RankedHit hit, int i, SegmentReader segment) {
        if (hit.isMissing(i)) {
            return Value.NULL;
        }
        SortOrder.Key key = sort.get(i);
        long rank = key.descending() ? ~hit.ranks[i] : hit.ranks[i];
        return switch (key.kind()) {
            case NUMBER -> Coercion.fromOrdered(Objects.requireNonNull(key.field()), rank);
            case TERM ->
                    Coercion.fromTerm(
                            Objects.requireNonNull(key.field()),
                            Objects.requireNonNull(hit.bytes[i]));
            case SCORE -> Value.of((double) Float.intBitsToFloat(Math.toIntExact(rank)));
            case DOCUMENT_KEY -> segment.key(hit.document).toValue();
        };
    }

    /// Memory that a value holds, roughly.
    private static long weightBytes(Value value) {
        return switch (value) {
            case Value.Text(String text) -> text.length();
            case Value.Array(List<Value> items) ->
                    items.stream().mapToLong(HitReader::weightBytes).sum();
            case Value.Obj object ->
                    object.members().entrySet().stream()
                            .mapToLong(e -> e.getKey().length() + weightBytes(e.getValue()))
                            .sum();
            case Value.Null _, Value.Bool _, Value.Int _, Value.Real _, Value.Decimal _ ->
                    Long.BYTES;
        };
    }
}
