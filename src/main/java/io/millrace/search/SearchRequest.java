package io.millrace.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is asked: all of `query` and `filter`, ordered by `sort`, cut at `limit`.
///
/// - query: scores; empty means everything, unscored
/// - filter: narrows without scoring
/// - sort: empty means by score, or by the total order of the generation when there is no query
///   that scores
/// - limit: hits to return; 0 only counts
/// - offset: hits to leave out before them
/// - after: where the page before ended; the total counts what lies before it, too
/// - fields: paths to return; empty means the whole document, an empty list nothing of it
/// - isCounted: whether the answer tells how many documents match
/// - visible: what a document must meet to be found at all, whatever is asked
/// - facets: what to count of all documents that match, by name, whatever `limit` and `after` are
/// - highlight: how hits show where they match; empty means that they do not
public record SearchRequest(
        Optional<Query> query,
        Optional<Query> filter,
        List<SortKey> sort,
        int limit,
        int offset,
        Optional<HitPlace> after,
        Optional<List<String>> fields,
        boolean isCounted,
        Optional<Query> visible,
        Map<String, Facet> facets,
        Optional<Highlight> highlight) {
    public SearchRequest {
        facets = Collections.unmodifiableMap(new LinkedHashMap<>(facets));
        sort = List.copyOf(sort);
        fields = fields.map(List::copyOf);
        if (limit < 0) {
            throw new IllegalArgumentException("limit " + limit + ", expected 0 or more");
        }
        if (offset < 0 || (offset > 0 && after.isPresent())) {
            throw new IllegalArgumentException("offset " + offset + " after " + after);
        }
    }

    /// Everything there is, until more is said: the first [SearchLimits#LIMIT_DEFAULT] whole
    /// documents.
    public static Builder builder() {
        return new Builder();
    }

    /// The same, from behind a hit on.
    SearchRequest after(HitPlace last) {
        return new Builder(this).offset(0).after(last).build();
    }

    /// The same, of the documents that meet a condition.
    SearchRequest visibleBy(Query condition) {
        Builder narrowed = new Builder(this);
        narrowed.visible = Optional.of(condition);
        return narrowed.build();
    }

    /// What a document must meet, without a difference between query and filter.
    Query condition() {
        return condition(filter);
    }

    /// The same, with another filter.
    Query condition(Optional<Query> other) {
        List<Query> clauses = new ArrayList<>(3);
        other.ifPresent(clauses::add);
        query.ifPresent(clauses::add);
        visible.ifPresent(clauses::add);
        return clauses.size() == 1 ? clauses.getFirst() : new Query.And(clauses);
    }

    /// Confined to one thread.
    public static final class Builder {
        private Optional<Query> query = Optional.empty();
        private Optional<Query> filter = Optional.empty();
        private List<SortKey> sort = List.of();
        private int limit = SearchLimits.LIMIT_DEFAULT;
        private int offset;
        private Optional<HitPlace> after = Optional.empty();
        private Optional<List<String>> fields = Optional.empty();
        private boolean isCounted = true;
        private Optional<Query> visible = Optional.empty();
        private Map<String, Facet> facets = Map.of();
        private Optional<Highlight> highlight = Optional.empty();

        private Builder() {}

        private Builder(SearchRequest request) {
            query = request.query;
            filter = request.filter;
            sort = request.sort;
            limit = request.limit;
            offset = request.offset;
            after = request.after;
            fields = request.fields;
            isCounted = request.isCounted;
            visible = request.visible;
            facets = request.facets;
            highlight = request.highlight;
        }

        public Builder query(Query asked) {
            query = Optional.of(asked);
            return this;
        }

        public Builder filter(Query asked) {
            filter = Optional.of(asked);
            return this;
        }

        public Builder sort(List<SortKey> keys) {
            sort = keys;
            return this;
        }

        public Builder limit(int hits) {
            limit = hits;
            return this;
        }

        public Builder offset(int hits) {
            offset = hits;
            return this;
        }

        public Builder after(HitPlace last) {
            after = Optional.of(last);
            return this;
        }

        public Builder fields(List<String> paths) {
            fields = Optional.of(paths);
            return this;
        }

        public Builder isCounted(boolean counted) {
            isCounted = counted;
            return this;
        }

        public Builder facets(Map<String, Facet> asked) {
            facets = asked;
            return this;
        }

        public Builder highlight(Highlight asked) {
            highlight = Optional.of(asked);
            return this;
        }

        public SearchRequest build() {
            return new SearchRequest(
                    query, filter, sort, limit, offset, after, fields, isCounted, visible, facets,
                    highlight);
        }
    }
}
