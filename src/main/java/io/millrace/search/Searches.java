package io.millrace.search;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.DocumentKey;
import io.millrace.document.KeyText;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.NodeResources.NanoClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Searches of any index, page by page. The first page is of the newest generation, all others of
/// the same one, which stays readable for a minute after each page. May be shared between threads.
public final class Searches {

    /// How long a generation stays readable for the next page.
    public static final Duration PAGE_LEASE = Duration.ofSeconds(60);

    private static final String EXPLAIN = "explain";

    private final InstantSource clock;
    private final NanoClock nanoClock;
    private final SearchOptions options;
    private final SearchCache cache;
    private final SearchMemory memory = new SearchMemory();

    /// @param clock says what `now` is
    public Searches(InstantSource clock, NanoClock nanoClock, SearchOptions options) {
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.options = options;
        this.cache = new SearchCache(options.cacheBytesMax());
    }

    /// What one search may use; its time runs from now on.
    ///
    /// @param timeout as the request says, empty for the usual one
    public SearchBudget budget(Optional<Duration> timeout) {
        return new SearchBudget(
                nanoClock, timeout.orElse(options.timeout()), options.memoryBytesMax());
    }

    /// One page.
    ///
    /// - cursor: hand it back with the same request for the next page; null on the last one
    /// - explain: what the search did; null unless asked for
    public record Page(SearchResult result, @Nullable String cursor, Value.@Nullable Obj explain) {}

    /// @param body as [QueryParser#parse(Value)] takes it, `cursor` and `explain`
    /// @throws InvalidRequest MALFORMED when the request is, GONE when the generation of the cursor
    ///   cannot be read any more, TIMEOUT when the budget says so
    public Page search(SearchTarget target, Value body, SearchBudget budget) {
        return budget.during(() -> search(target, body));
    }

    private Page search(SearchTarget target, Value body) {
        if (!(body instanceof Value.Obj(Map<String, Value> members))) {
            return search(target, Optional.empty(), parser -> parser.parse(body));
        }
        Map<String, Value> others = new LinkedHashMap<>(members);
        Value explain = others.remove(EXPLAIN);
        if (explain != null) {
            if (!(explain instanceof Value.Bool(boolean wanted))) {
                throw Place.BODY.member(EXPLAIN).mismatch(explain, "true or false");
            }
            observe(wanted);
        }
        Value given = others.remove(Cursor.NAME);
        if (given == null) {
            return search(target, Optional.empty(), parser -> parser.parse(new Value.Obj(others)));
        }
        Place place = Place.BODY.member(Cursor.NAME);
        if (!(given instanceof Value.Text(String text))) {
            throw place.mismatch(given, "the cursor of an earlier answer");
        }
        return search(
                target,
                Optional.of(Cursor.decode(place.pointer(), text)),
                parser -> parser.parse(new Value.Obj(others)));
    }

    private static void observe(boolean wanted) {
        if (wanted) {
            SearchBudget.current().observe();
        }
    }

    /// @param parameters as [QueryParser#parse(Map)] takes them, `cursor` and `explain`
    /// @throws InvalidRequest as above
    public Page search(
            SearchTarget target, Map<String, List<String>> parameters, SearchBudget budget) {
        return budget.during(() -> search(target, parameters));
    }

    private Page search(SearchTarget target, Map<String, List<String>> parameters) {
        Map<String, List<String>> others = new LinkedHashMap<>(parameters);
        others.remove(Cursor.NAME);
        others.remove(EXPLAIN);
        ParameterParser.once(parameters, EXPLAIN)
                .ifPresent(text -> {
                    if (!text.equals("true") && !text.equals("false")) {
                        throw new Place(EXPLAIN)
                                .refusal(
                                        "explain %s, expected true or false"
                                                .formatted(Place.quoted(text)));
                    }
                    observe(text.equals("true"));
                });
        return search(
                target,
                ParameterParser.once(parameters, Cursor.NAME)
                        .map(text -> Cursor.decode(Cursor.NAME, text)),
                parser -> parser.parse(others));
    }

    private Page search(
            SearchTarget target,
            Optional<Cursor> cursor,
            Function<QueryParser, SearchRequest> parse) {
        Index index = target.index();
        IndexSnapshot snapshot =
                cursor.isPresent() ? generationOf(cursor.get(), index) : index.snapshot();
        boolean kept = false;
        try {
            // A cursor may be made up: what is not visible yet must not be found by one.
            long latest = clock.millis();
            long now = cursor.map(from -> Math.min(from.now(), latest)).orElse(latest);
            SearchRequest first = parse.apply(parser(target, snapshot, Instant.ofEpochMilli(now)));
            SearchRequest asked = cursor.map(from -> behind(from, first)).orElse(first);
            SearchResult result = result(target, snapshot, asked, now);
            Profile profile = SearchBudget.current().profile();
            Value.Obj explain = profile == null ? null : profile.toValue();
            if (result.last().isEmpty()) {
                return new Page(result, null, explain);
            }
            Cursor next =
                    new Cursor(
                            index.name(),
                            index.incarnation(),
                            result.commit().generation(),
                            now,
                            CanonicalForm.digestOfOrder(asked),
                            result.last().get());
            kept = true;
            // Where nothing more can be kept the next page is GONE, and says so.
            index.keep(snapshot, PAGE_LEASE);
            return new Page(result, next.encoded(), explain);
        } finally {
            if (!kept) {
                snapshot.close();
            }
        }
    }

    private SearchResult result(
            SearchTarget target, IndexSnapshot snapshot, SearchRequest asked, long now) {
        Visibility visibility = Visibility.of(snapshot, target.visibleFrom(), now);
        if (!cache.isOn()
                || asked.after().isPresent()
                || SearchBudget.current().profile() != null) {
            return new Searcher(snapshot, memory).search(visibility.applyTo(asked));
        }
        SearchCache.Asked key = SearchCache.asked(target, snapshot, asked);
        return cache.find(key, snapshot.commit(), now)
                .orElseGet(() -> {
                    SearchResult result =
                            new Searcher(snapshot, memory).search(visibility.applyTo(asked));
                    cache.put(key, result, now, visibility.until(snapshot));
                    return result;
                });
    }

    /// The document of a key in the newest generation, if it can be found now.
    public Optional<Found> document(SearchTarget target, String encodedKey) {
        try (IndexSnapshot snapshot = target.index().snapshot()) {
            DocumentKey key = KeyText.parse(snapshot.schema(), encodedKey);
            Visibility visibility = Visibility.of(snapshot, target.visibleFrom(), clock.millis());
            SearchRequest request =
                    visibility.applyTo(
                            SearchRequest.builder()
                                    .filter(new Query.Keys(List.of(key)))
                                    .isCounted(false)
                                    .limit(1)
                                    .build());
            return new Searcher(snapshot, memory)
                    .search(request).hits().stream()
                            .findFirst()
                            .map(hit -> new Found(hit, snapshot.commit().generation()));
        }
    }

    /// The values of a field in documents that can be found now.
    ///
    /// @param parameters as [QueryParser#values] takes them
    public SearchResult values(
            SearchTarget target,
            String path,
            Map<String, List<String>> parameters,
            SearchBudget budget) {
        return budget.during(() -> {
            try (IndexSnapshot snapshot = target.index().snapshot()) {
                Instant now = Instant.ofEpochMilli(clock.millis());
                SearchRequest asked = parser(target, snapshot, now).values(path, parameters);
                Visibility visibility =
                        Visibility.of(snapshot, target.visibleFrom(), now.toEpochMilli());
                return new Searcher(snapshot, memory).search(visibility.applyTo(asked));
            }
        });
    }

    /// One document, and the generation it is of.
    public record Found(SearchResult.Hit hit, long generation) {}

    /// Why a document has its score, by the `query` or `q` of a request; whether it meets the rest
    /// of it is said, too.
    ///
    /// @param parameters as [QueryParser#parse(Map)] takes them
    public Optional<ScoreExplanation> explain(
            SearchTarget target,
            String encodedKey,
            Map<String, List<String>> parameters,
            SearchBudget budget) {
        return budget.during(() -> {
            try (IndexSnapshot snapshot = target.index().snapshot()) {
                DocumentKey key = KeyText.parse(snapshot.schema(), encodedKey);
                Instant now = Instant.ofEpochMilli(clock.millis());
                SearchRequest asked = parser(target, snapshot, now).parse(parameters);
                Visibility visibility =
                        Visibility.of(snapshot, target.visibleFrom(), now.toEpochMilli());
                return ScoreExplanation.of(snapshot, visibility.applyTo(asked), key);
            }
        });
    }

    private static QueryParser parser(SearchTarget target, IndexSnapshot snapshot, Instant now) {
        return new QueryParser(snapshot.schema(), now, target.analyzers());
    }

    public CacheFigures cacheFigures() {
        return cache.figures();
    }

    private static IndexSnapshot generationOf(Cursor cursor, Index index) {
        if (!cursor.index().equals(index.name())) {
            throw InvalidRequest.malformed(
                    Cursor.NAME,
                    "cursor of index %s, expected one of index %s"
                            .formatted(cursor.index(), index.name()));
        }
        if (!cursor.incarnation().equals(index.incarnation())) {
            throw over(cursor, "index %s was made anew".formatted(index.name()));
        }
        try {
            return index.snapshot(cursor.generation());
        } catch (InvalidRequest e) {
            throw over(
                    cursor,
                    "a page must be asked for within %d s of the one before"
                            .formatted(PAGE_LEASE.toSeconds()));
        }
    }

    private static InvalidRequest over(Cursor cursor, String why) {
        return InvalidRequest.gone(
                "cursor of generation %d, which cannot be read any more: %s; start again without the cursor"
                        .formatted(cursor.generation(), why));
    }

    private static SearchRequest behind(Cursor cursor, SearchRequest request) {
        if (request.offset() > 0) {
            throw InvalidRequest.malformed(
                    Cursor.NAME, "cursor with an offset, expected one of them");
        }
        if (!cursor.order().equals(CanonicalForm.digestOfOrder(request))) {
            throw InvalidRequest.malformed(
                    Cursor.NAME,
                    "cursor of another search, expected the same query, filter and sort as before");
        }
        return request.after(cursor.last());
    }
}
