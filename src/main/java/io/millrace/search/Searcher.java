package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.DocumentKey;
import io.millrace.index.IndexSnapshot;
import java.util.Optional;

/// Runs searches on one snapshot, which the caller keeps open.
public final class Searcher {
    public Searcher(IndexSnapshot snapshot) {}

    public SearchResult search(SearchRequest request) {
        throw new MillraceException.Bug("skeleton");
    }

    /// The visible document of a key.
    public Optional<SearchResult.Hit> document(DocumentKey key) {
        throw new MillraceException.Bug("skeleton");
    }
}
