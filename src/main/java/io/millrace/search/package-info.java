/// Questions and answers: [QueryParser] reads a request, [Searcher] runs it on one
/// [io.millrace.index.IndexSnapshot].
///
/// - Enters: values as JSON gives them. Leaves: [SearchResult]s, exact totals always.
/// - Threads: everything is immutable or confined to one search.
/// - Invariant: a search sees one generation (I9).
@NullMarked
package io.millrace.search;

import org.jspecify.annotations.NullMarked;
