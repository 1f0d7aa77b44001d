package io.millrace.search;

import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.SegmentView;
import io.millrace.segment.TermsReader;
import java.time.Instant;
import java.util.Optional;

/// What can be found of a generation at a time: documents whose time in a field does not lie ahead,
/// and those that have none. Immutable.
///
/// - now: epoch millis
record Visibility(Optional<Field> field, long now) {

    /// @param path of the field, as the definition names it
    static Visibility of(IndexSnapshot snapshot, Optional<String> path, long now) {
        return new Visibility(
                path.flatMap(snapshot.schema()::field)
                        .filter(known -> known.type() == FieldType.TIMESTAMP),
                now);
    }

    SearchRequest applyTo(SearchRequest request) {
        return field.map(known -> request.visibleBy(condition(known))).orElse(request);
    }

    Query condition(Field known) {
        return new Query.Not(new Query.Range(known, time(), false, null, false));
    }

    /// The first moment at which something else can be found, in epoch millis; the last there is
    /// when nothing lies ahead.
    long until(IndexSnapshot snapshot) {
        if (field.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long until = Long.MAX_VALUE;
        long ordered = Coercion.ordered(field.get(), time());
        for (SegmentView segment : snapshot.segments()) {
            TermsReader terms = segment.reader().terms(field.get().path());
            int next = terms == null ? 0 : terms.ceiling(ordered + 1);
            if (terms != null && next < terms.termCount()) {
                // The condition looks at whole milliseconds.
                long micros = terms.ordered(next);
                until = Math.min(until, Math.ceilDiv(micros, 1_000));
            }
        }
        return until;
    }

    private Value time() {
        return Value.of(Instant.ofEpochMilli(now).toString());
    }
}
