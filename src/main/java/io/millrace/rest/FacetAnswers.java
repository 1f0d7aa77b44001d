package io.millrace.rest;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.rest.Wire.Members;
import io.millrace.search.FacetResult;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What facets counted, by name.
final class FacetAnswers {
    private FacetAnswers() {}

    /// Null without any.
    static @Nullable Obj of(Map<String, FacetResult> facets) {
        if (facets.isEmpty()) {
            return null;
        }
        Map<String, Value> answers = new LinkedHashMap<>();
        facets.forEach((name, facet) -> answers.put(name, of(facet)));
        return new Obj(answers);
    }

    private static Obj of(FacetResult facet) {
        Members members = new Members();
        switch (facet.counted()) {
            case FacetResult.Buckets buckets ->
                    members.put("buckets", of(buckets)).put("more", Value.of(buckets.hasMore()));
            case FacetResult.Stats stats ->
                    members.put("count", stats.count())
                            .put("min", stats.min())
                            .put("max", stats.max())
                            .put("sum", stats.sum())
                            .put("mean", stats.mean());
            case FacetResult.Distinct(long values) -> members.put("distinct", values);
        }
        facet.missing().ifPresent(missing -> members.put("missing", missing));
        return members.toObj();
    }

    /// Each with its value and count.
    static Value.Array of(FacetResult.Buckets buckets) {
        return new Value.Array(buckets.buckets().stream().<Value>map(FacetAnswers::of).toList());
    }

    private static Obj of(FacetResult.Bucket bucket) {
        return new Members()
                .put("value", bucket.value())
                .put("count", bucket.count())
                .put("facets", of(bucket.facets()))
                .toObj();
    }
}
