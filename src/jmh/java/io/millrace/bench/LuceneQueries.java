package io.millrace.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.document.KeywordField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.facet.FacetResult;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.FacetsCollectorManager;
import org.apache.lucene.facet.LabelAndValue;
import org.apache.lucene.facet.StringDocValuesReaderState;
import org.apache.lucene.facet.StringValueFacetCounts;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortedNumericSelector;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.MMapDirectory;

/// The peer: Lucene searches without a query cache, which return document numbers and what they
/// were ordered by.
final class LuceneQueries implements QuerySide {
    private static final Sort BY_REACTIONS = falling("reactions");
    private static final Sort BY_TIME = falling("ts");

    private final MMapDirectory directory;
    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final Map<String, StringDocValuesReaderState> facetValues = new LinkedHashMap<>();

    LuceneQueries(Path folder) throws IOException {
        directory = new MMapDirectory(folder);
        reader = DirectoryReader.open(directory);
        searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
        for (String field : List.of("type", "nsfw", "tags")) {
            facetValues.put(field, new StringDocValuesReaderState(reader, field));
        }
    }

    @Override
    public Answer answer(QueryWorkload workload, DrawnQuery query, boolean isCounted)
            throws IOException {
        return switch (workload) {
            case FILTER_COUNT -> new Found(searcher.count(tagAndNsfw(query)), null);
            case FILTER_SORT -> sorted(tagAndNsfw(query), BY_REACTIONS, isCounted);
            case OR_SORT ->
                    sorted(
                            all(
                                    new BooleanQuery.Builder()
                                            .add(tag(query.tag()), Occur.SHOULD)
                                            .add(tag(query.otherTag()), Occur.SHOULD)
                                            .build(),
                                    KeywordField.newExactQuery("type", "image")),
                            BY_TIME,
                            isCounted);
            case RANGE_COUNT ->
                    new Found(
                            searcher.count(
                                    all(
                                            tag(query.tag()),
                                            LongField.newRangeQuery(
                                                    "reactions",
                                                    QueryWorkload.REACTIONS_MIN,
                                                    QueryWorkload.REACTIONS_MAX))),
                            null);
            case FACETS -> facets(tag(query.tag()));
            case PAGE_DEEP -> pages(tagAndNsfw(query), isCounted);
            case ALL_SORT -> sorted(MatchAllDocsQuery.INSTANCE, BY_REACTIONS, isCounted);
            case BM25_OR -> scored(query, Occur.SHOULD, isCounted);
            case BM25_AND -> scored(query, Occur.MUST, isCounted);
        };
    }

    @Override
    public void close() throws IOException {
        reader.close();
        directory.close();
    }

    private Found sorted(Query query, Sort sort, boolean isCounted) throws IOException {
        int hits = QueryWorkload.SORTED_HITS;
        return found(
                searcher.search(
                        query,
                        new TopFieldCollectorManager(
                                sort, hits, null, isCounted ? Integer.MAX_VALUE : hits)),
                isCounted);
    }

    private Answer pages(Query query, boolean isCounted) throws IOException {
        Found first = sorted(query, BY_REACTIONS, isCounted);
        Found page = first;
        for (int i = 1; i < QueryWorkload.PAGES && page.isFull(); i++) {
            FieldDoc last = page.last();
            page =
                    found(
                            searcher.search(
                                    query,
                                    new TopFieldCollectorManager(
                                            BY_REACTIONS,
                                            QueryWorkload.SORTED_HITS,
                                            last,
                                            QueryWorkload.SORTED_HITS)),
                            false);
        }
        return new LastPage(first.total(), page);
    }

    private Counted facets(Query query) throws IOException {
        FacetsCollector collected = searcher.search(query, new FacetsCollectorManager());
        long total = 0;
        for (FacetsCollector.MatchingDocs documents : collected.getMatchingDocs()) {
            total += documents.totalHits();
        }
        List<FacetResult> results = new ArrayList<>();
        for (Map.Entry<String, StringDocValuesReaderState> values : facetValues.entrySet()) {
            results.add(
                    new StringValueFacetCounts(values.getValue(), collected)
                            .getTopChildren(QueryWorkload.TAG_BUCKETS, values.getKey()));
        }
        return new Counted(total, results);
    }

    private Found scored(DrawnQuery query, Occur occur, boolean isCounted) throws IOException {
        int hits = QueryWorkload.SCORED_HITS;
        return found(
                searcher.search(
                        new BooleanQuery.Builder()
                                .add(title(query.word()), occur)
                                .add(title(query.otherWord()), occur)
                                .build(),
                        new TopScoreDocCollectorManager(
                                hits, null, isCounted ? Integer.MAX_VALUE : hits)),
                isCounted);
    }

    private Found found(TopDocs top, boolean isCounted) {
        return new Found(isCounted ? top.totalHits.value() : -1, top);
    }

    private static Query tagAndNsfw(DrawnQuery query) {
        return all(tag(query.tag()), KeywordField.newExactQuery("nsfw", query.nsfw()));
    }

    private static Query title(String word) {
        return new TermQuery(new Term("title", word));
    }

    private static Query tag(String tag) {
        return KeywordField.newExactQuery("tags", tag);
    }

    private static Query all(Query one, Query other) {
        return new BooleanQuery.Builder().add(one, Occur.FILTER).add(other, Occur.FILTER).build();
    }

    private static Sort falling(String field) {
        return new Sort(LongField.newSortField(field, true, SortedNumericSelector.Type.MAX));
    }

    /// Buckets of several fields, one after the other.
    private record Counted(long total, List<FacetResult> results) implements Answer {
        @Override
        public List<RankedId> hits() {
            List<RankedId> buckets = new ArrayList<>();
            for (FacetResult result : results) {
                if (result != null) {
                    for (LabelAndValue bucket : result.labelValues) {
                        buckets.add(
                                new RankedId(bucket.label.hashCode(), bucket.value.longValue()));
                    }
                }
            }
            return buckets;
        }
    }

    /// - top: null when only counted
    private final class Found implements Answer {
        private final long total;
        private final @org.jspecify.annotations.Nullable TopDocs top;

        Found(long total, @org.jspecify.annotations.Nullable TopDocs top) {
            this.total = total;
            this.top = top;
        }

        @Override
        public long total() {
            return total;
        }

        boolean isFull() {
            return top != null && top.scoreDocs.length == QueryWorkload.SORTED_HITS;
        }

        FieldDoc last() {
            ScoreDoc[] hits = Objects.requireNonNull(top).scoreDocs;
            return (FieldDoc) hits[hits.length - 1];
        }

        @Override
        public List<RankedId> hits() throws IOException {
            List<RankedId> hits = new ArrayList<>();
            if (top == null) {
                return hits;
            }
            StoredFields stored = searcher.storedFields();
            for (ScoreDoc hit : top.scoreDocs) {
                byte[] json = stored.document(hit.doc).getBinaryValue("json").bytes;
                String text = new String(json, StandardCharsets.US_ASCII);
                long id = Long.parseLong(text.substring(text.indexOf(':') + 1, text.indexOf(',')));
                hits.add(new RankedId(id, rank(hit)));
            }
            return hits;
        }

        private static double rank(ScoreDoc hit) {
            return hit instanceof FieldDoc sorted ? (Long) sorted.fields[0] : hit.score;
        }
    }
}
