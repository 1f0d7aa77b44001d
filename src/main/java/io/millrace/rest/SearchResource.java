package io.millrace.rest;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value;
import io.millrace.index.NodeResources;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.RunningIndex;
import io.millrace.rest.Answers.DocumentAnswer;
import io.millrace.rest.Answers.ExplanationAnswer;
import io.millrace.rest.Answers.HitAnswer;
import io.millrace.rest.Answers.SearchAnswer;
import io.millrace.search.SearchBudget;
import io.millrace.search.SearchResult;
import io.millrace.search.SearchTarget;
import io.millrace.search.Searches;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Encoded;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Searches and single documents, each answered from one generation.
@Path("/indexes/{name}")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Indexes")
public class SearchResource {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final String SEARCH_TIMEOUT = "searchTimeout";
    private static final Duration SEARCH_TIMEOUT_MAX = Duration.ofSeconds(60);

    private final Indexes indexes;
    private final Searches searches;
    private final SearchThreads threads;
    private final NodeResources resources;

    public SearchResource(
            Indexes indexes, Searches searches, SearchThreads threads, NodeResources resources) {
        this.indexes = indexes;
        this.searches = searches;
        this.threads = threads;
        this.resources = resources;
    }

    @GET
    @Path("search")
    @Operation(
            operationId = "searchByParameters",
            summary = "Searches, by parameters",
            description = "Parameters that do not stand here are refused.")
    @Parameter(
            name = "q",
            in = ParameterIn.QUERY,
            description =
                    "a query string: words, \"phrases\"~slop, +must, -not, AND, OR, (groups),"
                            + " field:value, field:[low TO high], prefix*, misspelled~, boost^2;"
                            + " ranked by BM25",
            schema = @Schema(type = SchemaType.STRING),
            example = "alaska")
    @Parameter(
            name = "filter",
            in = ParameterIn.QUERY,
            description =
                    "field:op:value with op one of eq, ne, in (values joined by commas), gt, gte, lt,"
                            + " lte, prefix, wildcard; or field:exists, field:missing; repeatable,"
                            + " all must hold; _key takes eq and ne",
            schema = @Schema(type = SchemaType.ARRAY, implementation = String.class),
            example = "magnitude:gte:4")
    @Parameter(
            name = "sort",
            in = ParameterIn.QUERY,
            description = "fields, _score or _key, joined by commas; with - in front descending",
            schema = @Schema(type = SchemaType.STRING),
            example = "-time")
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            description = "hits to return; 0 only counts",
            schema =
                    @Schema(
                            type = SchemaType.INTEGER,
                            defaultValue = "20",
                            minimum = "0",
                            maximum = "10000"))
    @Parameter(
            name = "offset",
            in = ParameterIn.QUERY,
            description =
                    "hits to leave out before the first; offset and limit together at most 10000",
            schema =
                    @Schema(
                            type = SchemaType.INTEGER,
                            defaultValue = "0",
                            minimum = "0",
                            maximum = "10000"))
    @Parameter(
            name = "cursor",
            in = ParameterIn.QUERY,
            description =
                    "the cursor of an answer: the next page of the same search, from the same"
                            + " generation; 410 when it is not asked for within 60 s",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "fields",
            in = ParameterIn.QUERY,
            description =
                    "paths to return, joined by commas; all when left out, no document when empty",
            schema = @Schema(type = SchemaType.STRING),
            example = "place,magnitude")
    @Parameter(
            name = "facets",
            in = ParameterIn.QUERY,
            description = "fields whose ten most frequent values are counted, joined by commas",
            schema = @Schema(type = SchemaType.STRING),
            example = "net,status")
    @Parameter(
            name = "highlight",
            in = ParameterIn.QUERY,
            description = "text fields, joined by commas: hits show where they match",
            schema = @Schema(type = SchemaType.STRING),
            example = "place")
    @Parameter(
            name = "total",
            in = ParameterIn.QUERY,
            description = "none leaves the total out, and the work of counting",
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"exact", "none"},
                            defaultValue = "exact"))
    @Parameter(
            name = "atLeast",
            in = ParameterIn.QUERY,
            description =
                    "the position of an earlier answer; or topic:partition:offset of a record,"
                            + " repeatable; or source:LSN of a database, such as"
                            + " shop:16/B374D848: waits until the index holds that",
            schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
    @Parameter(
            name = "timeout",
            in = ParameterIn.QUERY,
            description = "how long atLeast waits, at most 60s; 503 afterwards",
            schema = @Schema(type = SchemaType.STRING, defaultValue = "5s"))
    @Parameter(
            name = "explain",
            in = ParameterIn.QUERY,
            description =
                    "true adds what the search did: the plan, clause by clause, and what each took",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Parameter(
            name = "searchTimeout",
            in = ParameterIn.QUERY,
            description = "how long the search itself may take, at most 60s; 408 beyond",
            schema = @Schema(type = SchemaType.STRING, defaultValue = "10s"))
    @APIResponse(
            responseCode = "200",
            description = "what matched, from one generation",
            content = @Content(schema = @Schema(implementation = SearchAnswer.class)))
    @APIResponse(responseCode = "408", ref = "Timeout")
    @APIResponse(responseCode = "409", ref = "Conflict")
    @APIResponse(responseCode = "410", ref = "Gone")
    @APIResponse(responseCode = "413", ref = "TooLarge")
    public Uni<SearchAnswer> search(@PathParam("name") String name, UriInfo uri) {
        Map<String, List<String>> parameters = new LinkedHashMap<>(uri.getQueryParameters());
        String timeout = takeOnce(parameters, AtLeast.TIMEOUT);
        String searchTimeout = takeOnce(parameters, SEARCH_TIMEOUT);
        AtLeast atLeast =
                AtLeast.of(
                        Objects.requireNonNullElse(parameters.remove(AtLeast.NAME), List.of()),
                        timeout);
        return search(
                name,
                atLeast,
                searchTimeout(SEARCH_TIMEOUT, searchTimeout),
                uri,
                (target, budget) -> searches.search(target, parameters, budget));
    }

    @POST
    @Path("search")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "search",
            summary = "Searches, by a JSON body",
            description =
                    "query narrows and scores, filter only narrows; both take the clauses match, phrase,"
                            + " fuzzy, q, eq,"
                            + " in, range, prefix, wildcard, exists, missing, and, or, not, all. eq and in take _key as"
                            + " a field. sort, limit, offset, cursor, fields, total, timeout and searchTimeout are as in the"
                            + " parameters of the GET; highlight is {\"fields\": [\"place\"]} with"
                            + " fragments, length, pre, post and encode (none or html); atLeast is a"
                            + " position,"
                            + " {\"kafka\": {\"topic\": {\"0\": offset}}}, or"
                            + " {\"postgres\": {\"source\": \"16/B374D848\"}}.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples =
                                    @ExampleObject(
                                            name = "strong quakes",
                                            value = ApiDescription.SEARCH)))
    @APIResponse(
            responseCode = "200",
            description = "what matched, from one generation",
            content = @Content(schema = @Schema(implementation = SearchAnswer.class)))
    @APIResponse(responseCode = "408", ref = "Timeout")
    @APIResponse(responseCode = "409", ref = "Conflict")
    @APIResponse(responseCode = "410", ref = "Gone")
    public Uni<SearchAnswer> search(@PathParam("name") String name, UriInfo uri, InputStream body) {
        Value request = RequestText.body(body, MediaType.APPLICATION_JSON_TYPE);
        if (!(request instanceof Value.Obj members)) {
            return search(
                    name,
                    AtLeast.NOTHING,
                    Optional.empty(),
                    uri,
                    (target, budget) -> searches.search(target, request, budget));
        }
        Map<String, Value> others = new LinkedHashMap<>(members.members());
        others.remove(AtLeast.NAME);
        others.remove(AtLeast.TIMEOUT);
        Value timeout = others.remove(SEARCH_TIMEOUT);
        Value.Obj asked = new Value.Obj(others);
        return search(
                name,
                AtLeast.of(members),
                searchTimeout("/" + SEARCH_TIMEOUT, timeout == null ? null : timeout.toString()),
                uri,
                (target, budget) -> searches.search(target, asked, budget));
    }

    private Uni<SearchAnswer> search(
            String name,
            AtLeast atLeast,
            Optional<Duration> timeout,
            UriInfo uri,
            BiFunction<SearchTarget, SearchBudget, Searches.Page> search) {
        RunningIndex running = indexes.get(name);
        return atLeast.then(
                running,
                uri.getPath(),
                () -> {
                    SearchBudget budget = searches.budget(timeout);
                    return threads.run(
                            () -> answer(target(running), budget, search), budget::cancel);
                });
    }

    private static @Nullable String takeOnce(Map<String, List<String>> parameters, String name) {
        List<String> given = parameters.remove(name);
        if (given == null) {
            return null;
        }
        if (given.size() > 1) {
            throw InvalidRequest.malformed(
                    name, "%s given %d times, expected once".formatted(name, given.size()));
        }
        return given.getFirst();
    }

    /// How long a search may take by itself, without what `atLeast` waits.
    private static Optional<Duration> searchTimeout(String place, @Nullable String text) {
        return text == null
                ? Optional.empty()
                : Optional.of(
                        RequestText.duration(place, text, SEARCH_TIMEOUT_MAX, SEARCH_TIMEOUT_MAX));
    }

    /// The time that was waited for `atLeast` does not count.
    private SearchAnswer answer(
            SearchTarget target,
            SearchBudget budget,
            BiFunction<SearchTarget, SearchBudget, Searches.Page> search) {
        long begun = resources.nanoClock().nanos();
        Searches.Page page = search.apply(target, budget);
        SearchResult result = page.result();
        long generation = result.commit().generation();
        return new SearchAnswer(
                result.total().isPresent() ? result.total().getAsLong() : null,
                result.hits().stream().map(HitAnswer::of).toList(),
                page.cursor(),
                FacetAnswers.of(result.facets()),
                generation,
                PositionToken.of(target.index().incarnation(), generation),
                (resources.nanoClock().nanos() - begun) / NANOS_PER_MICRO,
                page.explain());
    }

    @GET
    @Path("documents/{key}")
    @Operation(
            operationId = "getDocument",
            summary = "One document by its key",
            description =
                    "The key is percent-encoded; parts of a key of several fields are joined by a"
                            + " comma.")
    @Parameter(
            name = "atLeast",
            in = ParameterIn.QUERY,
            description =
                    "the position of an earlier answer; or topic:partition:offset of a record,"
                            + " repeatable; or source:LSN of a database, such as"
                            + " shop:16/B374D848: waits until the index holds that",
            schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
    @Parameter(
            name = "timeout",
            in = ParameterIn.QUERY,
            description = "how long atLeast waits, at most 60s; 503 afterwards",
            schema = @Schema(type = SchemaType.STRING, defaultValue = "5s"))
    @APIResponse(
            responseCode = "200",
            description = "the newest committed document of this key",
            content = @Content(schema = @Schema(implementation = DocumentAnswer.class)))
    @APIResponse(responseCode = "409", ref = "Conflict")
    public Uni<DocumentAnswer> document(
            @PathParam("name") String name,
            @PathParam("key") @Encoded String encodedKey,
            UriInfo uri) {
        List<String> given =
                Objects.requireNonNullElse(uri.getQueryParameters().get(AtLeast.NAME), List.of());
        AtLeast atLeast = AtLeast.of(given, uri.getQueryParameters().getFirst(AtLeast.TIMEOUT));
        RunningIndex running = indexes.get(name);
        return atLeast.then(
                running,
                uri.getPath(),
                () -> Uni.createFrom().item(() -> document(target(running), encodedKey)));
    }

    @GET
    @Path("documents/{key}/explain")
    @Operation(
            operationId = "explainScore",
            summary = "Why a document has its score",
            description =
                    "Takes q and filter as a search does. Per term: score = boost × idf × tf, with tf"
                            + " from how often the document has the term and how long it is.")
    @Parameter(
            name = "q",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            example = "alaska")
    @Parameter(
            name = "filter",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
    @APIResponse(
            responseCode = "200",
            description = "the query clause by clause",
            content = @Content(schema = @Schema(implementation = ExplanationAnswer.class)))
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "408", ref = "Timeout")
    @APIResponse(responseCode = "503", ref = "Unavailable")
    public Uni<ExplanationAnswer> explain(
            @PathParam("name") String name,
            @PathParam("key") @Encoded String encodedKey,
            UriInfo uri) {
        RunningIndex running = indexes.get(name);
        Map<String, List<String>> parameters = new LinkedHashMap<>(uri.getQueryParameters());
        SearchBudget budget = searches.budget(Optional.empty());
        return threads.run(
                () ->
                        searches.explain(target(running), encodedKey, parameters, budget)
                                .map(ExplanationAnswer::of)
                                .orElseThrow(() -> noDocument(name, encodedKey)),
                budget::cancel);
    }

    private static InvalidRequest noDocument(String index, String encodedKey) {
        return InvalidRequest.notFound("index %s has no document %s".formatted(index, encodedKey));
    }

    private DocumentAnswer document(SearchTarget target, String encodedKey) {
        Searches.Found found =
                searches.document(target, encodedKey)
                        .orElseThrow(() -> noDocument(target.index().name(), encodedKey));
        return new DocumentAnswer(
                found.hit().key().toValue(),
                found.hit().document(),
                found.generation(),
                PositionToken.of(target.index().incarnation(), found.generation()));
    }

    static SearchTarget target(RunningIndex running) {
        return new SearchTarget(
                running.index(),
                running.definition().visibleFrom(),
                running.definition().analyzers());
    }
}
