package io.millrace.search;

import java.util.List;
import java.util.Optional;

/// What is asked: all of `query` and `filter`, ordered by `sort`, cut at `limit`.
///
/// - query: scores; empty means everything, unscored
/// - filter: narrows without scoring
/// - sort: empty means by score, or by the total order of the generation when there is no query
///   that scores
/// - limit: hits to return; 0 only counts
/// - fields: paths to return; empty means the whole document
public record SearchRequest(
        Optional<Query> query,
        Optional<Query> filter,
        List<SortKey> sort,
        int limit,
        List<String> fields) {
    public SearchRequest {
        sort = List.copyOf(sort);
        fields = List.copyOf(fields);
        if (limit < 0) {
            throw new IllegalArgumentException("limit " + limit + ", expected 0 or more");
        }
    }
}
