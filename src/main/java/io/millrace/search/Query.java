package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A condition on documents, checked against the schema when it was parsed.
public sealed interface Query {
    record Eq(Field field, Value value) implements Query {}

    record In(Field field, List<Value> values) implements Query {}

    /// Bounds are null where open.
    record Range(
            Field field,
            @Nullable Value lower,
            boolean lowerInclusive,
            @Nullable Value upper,
            boolean upperInclusive)
            implements Query {}

    record Exists(Field field) implements Query {}

    record Prefix(Field field, String prefix) implements Query {}

    record And(List<Query> clauses) implements Query {}

    record Or(List<Query> clauses) implements Query {}

    record Not(Query clause) implements Query {}

    /// Any of the terms that the field's analyzer makes of the text; scores by BM25.
    record Match(Field field, String text) implements Query {}

    record All() implements Query {}
}
