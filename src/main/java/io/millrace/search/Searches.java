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

    private final InstantSource clock;
    private final NanoClock nanoClock;
    private final SearchOptions options;
    private final SearchCache cache;

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
    public record Page(SearchResult result, @Nullable String cursor) {}

    /// @param body as [QueryParser#parse(Value)] takes it, and `cursor`
    /// @throws InvalidRequest MALFORMED when the request is, GONE when the generation of the cursor
    ///   cannot be read any more, TIMEOUT when the budget says so
    public Page search(SearchTarget target, Value body, SearchBudget budget) {
        return budget.during(() -> search(target, body));
    }

    private Page search(SearchTarget target, Value body) {
        if (!(body instanceof Value.Obj(Map<String, Value> members))
                || !members.containsKey(Cursor.NAME)) {
            return search(target, Optional.empty(), parser -> parser.parse(body));
        }
        Map<String, Value> others = new LinkedHashMap<>(members);
        Value given = others.remove(Cursor.NAME);
        Place place = Place.BODY.member(Cursor.NAME);
        if (!(given instanceof Value.Text(String text))) {
            throw place.mismatch(
                    given == null ? Value.NULL : given, "the cursor of an earlier answer");
        }
        return search(
                target,
                Optional.of(Cursor.decode(place.pointer(), text)),
                parser -> parser.parse(new Value.Obj(others)));
    }

    /// @param parameters as [QueryParser#parse(Map)] takes them, and `cursor`
    /// @throws InvalidRequest as above
    public Page search(
            SearchTarget target, Map<String, List<String>> parameters, SearchBudget budget) {
        return budget.during(() -> search(target, parameters));
    }

    private Page search(SearchTarget target, Map<String, List<String>> parameters) {
        Map<String, List<String>> others = new LinkedHashMap<>(parameters);
        others.remove(Cursor.NAME);
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
            long now = cursor.map(Cursor::now).orElseGet(clock::millis);
            SearchRequest first =
                    parse.apply(new QueryParser(snapshot.schema(), Instant.ofEpochMilli(now)));
            SearchRequest asked = cursor.map(from -> behind(from, first)).orElse(first);
            SearchResult result = result(target, snapshot, asked, now);
            if (result.last().isEmpty()) {
                return new Page(result, null);
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
            index.keep(snapshot, PAGE_LEASE);
            return new Page(result, next.encoded());
        } finally {
            if (!kept) {
                snapshot.close();
            }
        }
    }

    private SearchResult result(
            SearchTarget target, IndexSnapshot snapshot, SearchRequest asked, long now) {
        Visibility visibility = Visibility.of(snapshot, target.visibleFrom(), now);
        if (!cache.isOn() || asked.after().isPresent()) {
            return new Searcher(snapshot).search(visibility.applyTo(asked));
        }
        SearchCache.Asked key = SearchCache.asked(target, snapshot, asked);
        return cache.find(key, snapshot.commit(), now)
                .orElseGet(() -> {
                    SearchResult result = new Searcher(snapshot).search(visibility.applyTo(asked));
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
            return new Searcher(snapshot)
                    .search(request).hits().stream()
                            .findFirst()
                            .map(hit -> new Found(hit, snapshot.commit().generation()));
        }
    }

    /// One document, and the generation it is of.
    public record Found(SearchResult.Hit hit, long generation) {}

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
