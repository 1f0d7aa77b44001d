package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.document.Schema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The total order of one search. Documents without a value come last, or first where a key says
/// so, whichever way it is ordered; ties are broken by (segment, document), always rising.
/// Immutable.
record SortOrder(List<Key> keys) {

    /// - field: null for SCORE and DOCUMENT_KEY
    /// - takesLargest: of several values the largest counts, otherwise the smallest
    record Key(
            Kind kind,
            boolean descending,
            @Nullable Field field,
            boolean missingFirst,
            boolean takesLargest) {
        /// Of what every document has.
        Key(Kind kind, boolean descending) {
            this(kind, descending, null, false, descending);
        }
    }

    /// What a key orders by.
    ///
    /// - NUMBER: the column's numbers, comparable everywhere
    /// - TERM: ordinals inside a segment, the terms' bytes across
    /// - DOCUMENT_KEY: the bytes of the document's key
    enum Kind {
        NUMBER,
        TERM,
        SCORE,
        DOCUMENT_KEY
    }

    SortOrder {
        keys = List.copyOf(keys);
    }

    static SortOrder of(SearchRequest request, Schema schema) {
        if (request.sort().isEmpty()) {
            boolean scored = request.query().filter(Query::scores).isPresent();
            return new SortOrder(scored ? List.of(new Key(Kind.SCORE, true)) : List.of());
        }
        List<Key> keys = new ArrayList<>();
        for (SortKey key : request.sort()) {
            keys.add(
                    switch (key.path()) {
                        case SortKey.SCORE -> new Key(Kind.SCORE, key.descending());
                        case SortKey.KEY -> new Key(Kind.DOCUMENT_KEY, key.descending());
                        default -> byField(key, schema);
                    });
        }
        return new SortOrder(keys);
    }

    private static Key byField(SortKey key, Schema schema) {
        Field field =
                (key.path().equals(Field.IGNORED.path())
                                ? java.util.Optional.of(Field.IGNORED)
                                : schema.field(key.path()))
                        .filter(declared -> declared.type().isOrdered())
                        .orElseThrow(
                                () -> new MillraceException.Bug("sort by unchecked " + key.path()));
        Kind kind = field.type().isNumeric() ? Kind.NUMBER : Kind.TERM;
        return new Key(kind, key.descending(), field, key.missingFirst(), key.takesLargest());
    }

    boolean usesScore() {
        return keys.stream().anyMatch(key -> key.kind() == Kind.SCORE);
    }

    /// What has to be known of a hit to go on behind it.
    HitPlace placeOf(RankedHit hit) {
        return new HitPlace(hit.segment, hit.document, scoreOf(hit));
    }

    /// The score by which a hit is ordered; 0 where it is not ordered by it.
    float scoreOf(RankedHit hit) {
        float score = 0;
        for (int i = 0; i < keys.size(); i++) {
            if (keys.get(i).kind() == Kind.SCORE) {
                long bits = keys.get(i).descending() ? ~hit.ranks[i] : hit.ranks[i];
                score = Float.intBitsToFloat(Math.toIntExact(bits));
            }
        }
        return score;
    }

    /// Compares hits of one segment, by ranks.
    Comparator<RankedHit> insideSegment() {
        return (a, b) -> {
            int order = compare(a, b, false);
            return order != 0 ? order : Integer.compare(a.document, b.document);
        };
    }

    /// Compares resolved hits of any segments.
    Comparator<RankedHit> acrossSegments() {
        return (a, b) -> {
            int order = compare(a, b, true);
            if (order == 0) {
                order = Integer.compare(a.segment, b.segment);
            }
            return order != 0 ? order : Integer.compare(a.document, b.document);
        };
    }

    private int compare(RankedHit a, RankedHit b, boolean across) {
        for (int i = 0; i < keys.size(); i++) {
            int order = compare(a, b, i, across);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /// By one key alone.
    ///
    /// @param across false for hits of one segment, whose terms are compared by their ordinals
    int compare(RankedHit a, RankedHit b, int key, boolean across) {
        if (a.isMissing(key) || b.isMissing(key)) {
            int order = Boolean.compare(a.isMissing(key), b.isMissing(key));
            return keys.get(key).missingFirst() ? -order : order;
        }
        return switch (keys.get(key).kind()) {
            case NUMBER, SCORE -> Long.compare(a.ranks[key], b.ranks[key]);
            case TERM ->
                    across ? compareBytes(a, b, key) : Long.compare(a.ranks[key], b.ranks[key]);
            case DOCUMENT_KEY -> compareBytes(a, b, key);
        };
    }

    private int compareBytes(RankedHit a, RankedHit b, int key) {
        int order = Arrays.compareUnsigned(a.bytes[key], b.bytes[key]);
        return keys.get(key).descending() ? -order : order;
    }
}
