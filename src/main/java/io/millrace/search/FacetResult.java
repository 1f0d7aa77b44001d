package io.millrace.search;

import io.millrace.document.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What was counted for one [Facet].
///
/// - missing: documents without a value, if asked for
public record FacetResult(Counted counted, OptionalLong missing) {

    public sealed interface Counted {}

    /// - hasMore: there are values beyond the limit
    public record Buckets(List<Bucket> buckets, boolean hasMore) implements Counted {
        public Buckets {
            buckets = List.copyOf(buckets);
        }
    }

    /// - value: the value, the name of the range, or where the step begins
    /// - count: documents
    public record Bucket(Value value, long count, Map<String, FacetResult> facets) {
        public Bucket {
            facets = Collections.unmodifiableMap(new LinkedHashMap<>(facets));
        }
    }

    /// - count: values; of a document's equal ones one counts
    /// - min, max: null without values
    /// - sum, mean: null without values, and for what has none, such as times
    public record Stats(
            long count,
            @Nullable Value min,
            @Nullable Value max,
            @Nullable Value sum,
            @Nullable Value mean)
            implements Counted {}

    public record Distinct(long values) implements Counted {}
}
