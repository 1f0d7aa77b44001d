package io.millrace.bench;

import io.millrace.document.Field;
import io.millrace.document.Value;
import io.millrace.index.IndexSnapshot;
import io.millrace.search.Facet;
import io.millrace.search.FacetResult;
import io.millrace.search.HitPlace;
import io.millrace.search.Query;
import io.millrace.search.SearchMemory;
import io.millrace.search.SearchRequest;
import io.millrace.search.SearchResult;
import io.millrace.search.Searcher;
import io.millrace.search.SortKey;
import io.millrace.search.TextTerm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// Ours: searches on one snapshot, which return keys and what they were ordered by.
final class MillraceQueries implements QuerySide {
    private static final Field TAGS = field("tags");
    private static final Field NSFW = field("nsfw");
    private static final Field TYPE = field("type");
    private static final Field REACTIONS = field("reactions");
    private static final Field TITLE = field("title");

    private final MillraceSide index;
    private final IndexSnapshot snapshot;
    private final SearchMemory memory = new SearchMemory();

    MillraceQueries(Path folder) throws IOException {
        index = MillraceSide.open(folder);
        snapshot = index.snapshot();
    }

    @Override
    public Answer answer(QueryWorkload workload, DrawnQuery query, boolean isCounted) {
        SearchRequest.Builder request =
                SearchRequest.builder().fields(List.of()).isCounted(isCounted);
        switch (workload) {
            case FILTER_COUNT ->
                    request.filter(new Query.And(List.of(tag(query.tag()), nsfw(query)))).limit(0);
            case FILTER_SORT ->
                    request.filter(new Query.And(List.of(tag(query.tag()), nsfw(query))))
                            .sort(List.of(new SortKey("reactions", true)))
                            .limit(QueryWorkload.SORTED_HITS);
            case OR_SORT ->
                    request.filter(
                                    new Query.And(
                                            List.of(
                                                    new Query.Or(
                                                            List.of(
                                                                    tag(query.tag()),
                                                                    tag(query.otherTag()))),
                                                    new Query.Eq(TYPE, Value.of("image")))))
                            .sort(List.of(new SortKey("ts", true)))
                            .limit(QueryWorkload.SORTED_HITS);
            case RANGE_COUNT ->
                    request.filter(
                                    new Query.And(
                                            List.of(
                                                    tag(query.tag()),
                                                    new Query.Range(
                                                            REACTIONS,
                                                            Value.of(QueryWorkload.REACTIONS_MIN),
                                                            true,
                                                            Value.of(QueryWorkload.REACTIONS_MAX),
                                                            true))))
                            .limit(0);
            case FACETS ->
                    request.filter(tag(query.tag()))
                            .facets(
                                    Map.of(
                                            "type", terms(TYPE),
                                            "nsfw", terms(NSFW),
                                            "tags", terms(TAGS)))
                            .limit(0);
            case PAGE_DEEP -> {
                return pages(query, isCounted);
            }
            case ALL_SORT ->
                    request.sort(List.of(new SortKey("reactions", true)))
                            .limit(QueryWorkload.SORTED_HITS);
            case BM25_OR -> request.query(words(query, 1)).limit(QueryWorkload.SCORED_HITS);
            case BM25_AND -> request.query(words(query, 2)).limit(QueryWorkload.SCORED_HITS);
        }
        return new Found(new Searcher(snapshot, memory).search(request.build()));
    }

    private Answer pages(DrawnQuery query, boolean isCounted) {
        Answer first = null;
        Optional<HitPlace> last = Optional.empty();
        SearchResult page = null;
        for (int i = 0; i < QueryWorkload.PAGES && (i == 0 || last.isPresent()); i++) {
            SearchRequest.Builder request =
                    SearchRequest.builder()
                            .fields(List.of())
                            .isCounted(isCounted && i == 0)
                            .filter(new Query.And(List.of(tag(query.tag()), nsfw(query))))
                            .sort(List.of(new SortKey("reactions", true)))
                            .limit(QueryWorkload.SORTED_HITS);
            last.ifPresent(request::after);
            page = new Searcher(snapshot, memory).search(request.build());
            first = first == null ? new Found(page) : first;
            last = page.last();
        }
        return new LastPage(
                Objects.requireNonNull(first).total(), new Found(Objects.requireNonNull(page)));
    }

    private static Facet terms(Field field) {
        return new Facet(
                field,
                new Facet.Terms(QueryWorkload.TAG_BUCKETS, true, 1, Optional.empty(), ""),
                true,
                false,
                Map.of());
    }

    @Override
    public void close() {
        snapshot.close();
        index.close();
    }

    private static Query tag(String tag) {
        return new Query.Eq(TAGS, Value.of(tag));
    }

    private static Query words(DrawnQuery query, int required) {
        return new Query.Match(
                TITLE, List.of(word(query.word()), word(query.otherWord())), required, 1);
    }

    private static TextTerm word(String word) {
        return new TextTerm.Word(List.of(word), 1);
    }

    private static Query nsfw(DrawnQuery query) {
        return new Query.Eq(NSFW, Value.of(query.nsfw()));
    }

    private static Field field(String path) {
        return MillraceSide.SCHEMA.field(path).orElseThrow();
    }

    private record Found(SearchResult result) implements Answer {
        @Override
        public long total() {
            return result.total().orElse(-1);
        }

        @Override
        public List<RankedId> hits() {
            if (!result.facets().isEmpty()) {
                return Stream.of("type", "nsfw", "tags")
                        .map(name -> Objects.requireNonNull(result.facets().get(name)).counted())
                        .flatMap(counted -> ((FacetResult.Buckets) counted).buckets().stream())
                        .map(bucket ->
                                new RankedId(bucket.value().toString().hashCode(), bucket.count()))
                        .toList();
            }
            return result.hits().stream()
                    .map(hit -> new RankedId(number(hit.key().toValue()), rank(hit)))
                    .toList();
        }

        private static double rank(SearchResult.Hit hit) {
            Double score = hit.score();
            return score != null ? score : number(hit.sort().getFirst());
        }

        private static long number(Value value) {
            return Long.parseLong(value.toString());
        }
    }
}
