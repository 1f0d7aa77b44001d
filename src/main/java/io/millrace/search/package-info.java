/// Questions and answers: [QueryParser] reads a request, [Searcher] runs it on one
/// [io.millrace.index.IndexSnapshot].
///
/// - Enters: values as JSON gives them. Leaves: [SearchResult]s, exact totals always.
/// - Threads: everything is immutable or confined to one search.
/// - Invariant: a search sees one generation (I9).
/// - Invariant: a search holds memory for its hits and for the bitmaps of one segment, never an
///   array over all documents; one with facets for the bitmaps of all segments and what it counts.
/// - Invariant: deleted documents are taken away once, from the outermost filter, and count in text
///   statistics until they are merged away.
///
/// Read first: [Searcher], then [FilterPlanner] and [SegmentFilter] for what matches,
/// [MatchStatistics], [Bm25] and [DocumentScorer] for scores, [SortOrder] and [TopHits] for order,
/// [ClauseParser] and [FieldChecks] for what is refused, [Facets] and [TermCounts] for counts.
@NullMarked
package io.millrace.search;

import org.jspecify.annotations.NullMarked;
