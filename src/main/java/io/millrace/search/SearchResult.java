package io.millrace.search;

import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.index.CommitPoint;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The answer to one [SearchRequest].
///
/// - total: documents that match, exact; empty when the request did not ask
/// - last: where the last hit lies when more of them follow, so that they can be asked for
/// - facets: by name, in the order asked
/// - commit: the generation that was searched
public record SearchResult(
        OptionalLong total,
        List<Hit> hits,
        Optional<HitPlace> last,
        Map<String, FacetResult> facets,
        CommitPoint commit) {
    public SearchResult {
        facets = inOrder(facets);
        hits = List.copyOf(hits);
    }

    /// The same answer, of another generation with the same content.
    SearchResult at(CommitPoint generation) {
        return new SearchResult(total, hits, last, facets, generation);
    }

    private static <V> Map<String, V> inOrder(Map<String, V> map) {
        return map.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    /// One document.
    ///
    /// - score: null unless the request's query scores
    /// - sort: by sort key of the request, the value the hit was ordered by, null where the
    ///   document has none; empty when the request names no order
    /// - document: the selected fields, or all
    /// - highlights: by field that was asked for and matches, pieces of its text
    public record Hit(
            DocumentKey key,
            @Nullable Double score,
            List<Value> sort,
            Value.Obj document,
            Map<String, List<String>> highlights) {
        public Hit {
            sort = List.copyOf(sort);
            highlights = inOrder(highlights);
        }
    }
}
