package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.CommitPoint;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.SegmentView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Runs searches on one snapshot, which the caller keeps open. May be shared between threads. Each
/// search holds memory in the order of its hits and of one segment's bitmaps; with facets, of those
/// of all segments.
public final class Searcher {
    private final Schema schema;
    private final CommitPoint commit;
    private final List<SegmentView> segments;
    private final SearchMemory memory;

    /// @param memory of earlier searches
    public Searcher(IndexSnapshot snapshot, SearchMemory memory) {
        this(snapshot.schema(), snapshot.commit(), snapshot.segments(), memory);
    }

    /// @param segments in the order of ties
    Searcher(Schema schema, CommitPoint commit, List<SegmentView> segments, SearchMemory memory) {
        this.schema = schema;
        this.commit = commit;
        this.segments = List.copyOf(segments);
        this.memory = memory;
    }

    /// The first hits in order and the exact number of all.
    ///
    /// @throws MillraceException.InvalidRequest when the documents asked for are too large together
    public SearchResult search(SearchRequest request) {
        Windows windows = memory.take();
        SearchResult result = search(request, windows);
        // Not when it failed: who knows how far it got.
        memory.giveBack(windows);
        return result;
    }

    private SearchResult search(SearchRequest request, Windows windows) {
        Query condition = request.condition();
        Optional<Query> scoring = request.query().filter(Query::scores);
        MatchStatistics statistics = MatchStatistics.of(segments, List.of(condition));
        SortOrder order = SortOrder.of(request, schema);
        // One hit more tells whether there is another page.
        int wanted = request.limit() == 0 ? 0 : request.offset() + request.limit() + 1;
        Facets facets = new Facets(request, statistics, windows);
        SearchBudget budget = SearchBudget.current();
        HitSearch search =
                new HitSearch(request, wanted, order, statistics, segments, facets, windows);
        search.run();
        budget.enter(Profile.Stage.DOCUMENTS);
        List<RankedHit> first = search.hits();
        int found = first.size();
        List<RankedHit> page =
                first.subList(
                        Math.min(request.offset(), found),
                        Math.min(request.offset() + request.limit(), found));
        Map<RankedHit, Double> scores =
                scoring.map(query -> scores(query, page, order, statistics)).orElse(Map.of());
        HitReader reader =
                new HitReader(
                        segments,
                        request.sort().isEmpty() ? List.of() : order.keys(),
                        new StoredFields(request.fields()),
                        request.highlight()
                                .map(highlight ->
                                        new Highlighter(
                                                highlight,
                                                request.query().orElseGet(Query.All::new),
                                                statistics))
                                .orElse(null));
        List<SearchResult.Hit> hits = reader.read(page, scores);
        Optional<HitPlace> last =
                found == wanted && !page.isEmpty()
                        ? Optional.of(order.placeOf(page.getLast()))
                        : Optional.empty();
        return new SearchResult(
                request.isCounted() ? OptionalLong.of(search.total()) : OptionalLong.empty(),
                hits,
                last,
                facets.results(),
                commit);
    }

    /// What the documents hold of each field of the schema.
    public List<FieldSummary> fields() {
        return schema.fields().stream().map(field -> FieldSummary.of(field, segments)).toList();
    }

    /// The visible document of a key.
    public Optional<SearchResult.Hit> document(DocumentKey key) {
        for (SegmentView segment : segments) {
            int document = segment.reader().find(key);
            if (document >= 0 && !segment.deleted().contains(document)) {
                Value.Obj root = segment.reader().document(document).root();
                return Optional.of(new SearchResult.Hit(key, null, List.of(), root, Map.of()));
            }
        }
        return Optional.empty();
    }

    /// The scores of the hits alone: an order that does not use them need not score all that match.
    private Map<RankedHit, Double> scores(
            Query query, List<RankedHit> hits, SortOrder order, MatchStatistics statistics) {
        if (order.usesScore()) {
            Map<RankedHit, Double> known = new HashMap<>();
            hits.forEach(hit -> known.put(hit, (double) order.scoreOf(hit)));
            return known;
        }
        List<RankedHit> rising = new ArrayList<>(hits);
        rising.sort(
                Comparator.<RankedHit>comparingInt(hit -> hit.segment)
                        .thenComparingInt(hit -> hit.document));
        Map<RankedHit, Double> scores = new HashMap<>();
        int at = 0;
        while (at < rising.size()) {
            int segment = rising.get(at).segment;
            MutableRoaringBitmap documents = new MutableRoaringBitmap();
            int end = at;
            while (end < rising.size() && rising.get(end).segment == segment) {
                documents.add(rising.get(end++).document);
            }
            DocumentScorer scorer =
                    DocumentScorer.of(
                            query, segments.get(segment).reader(), statistics, () -> documents);
            for (; at < end; at++) {
                float score = (float) scorer.score(rising.get(at).document);
                scores.put(rising.get(at), (double) score);
            }
        }
        return scores;
    }
}
