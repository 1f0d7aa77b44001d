package io.millrace.rest;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.Index;
import io.millrace.index.IndexSnapshot;
import io.millrace.pipeline.Indexes;
import io.millrace.search.FacetResult;
import io.millrace.search.FieldSummary;
import io.millrace.search.QueryParser;
import io.millrace.search.SearchBudget;
import io.millrace.search.SearchMemory;
import io.millrace.search.SearchResult;
import io.millrace.search.SearchTarget;
import io.millrace.search.Searcher;
import io.millrace.search.Searches;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The fields of an index and the values in them: what facets and pickers are made of. Each answer
/// is of the newest generation.
@Path("/indexes/{name}/fields")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Indexes")
public class FieldsResource {
    private final Indexes indexes;
    private final Searches searches;
    private final SearchThreads threads;

    public FieldsResource(Indexes indexes, Searches searches, SearchThreads threads) {
        this.indexes = indexes;
        this.searches = searches;
        this.threads = threads;
    }

    @GET
    @Operation(
            operationId = "listFields",
            summary = "The fields, declared and inferred, and what the documents hold of them",
            description = "Documents that cannot be found yet (visible-from) count.")
    @APIResponse(
            responseCode = "200",
            description = "in the order in which they came to be",
            content = @Content(schema = @Schema(implementation = FieldList.class)))
    public FieldList fields(@PathParam("name") String name) {
        Index index = indexes.get(name).index();
        try (IndexSnapshot snapshot = index.snapshot()) {
            List<FieldSummary> fields = new Searcher(snapshot, new SearchMemory()).fields();
            return new FieldList(
                    snapshot.commit().generation(), fields.stream().map(FieldAnswer::new).toList());
        }
    }

    @GET
    @Path("{field}/values")
    @Operation(
            operationId = "listValues",
            summary = "The values of a field, with how many documents hold each",
            description = "All of them, page by page: after takes the last value of a page.")
    @Parameter(
            name = "prefix",
            in = ParameterIn.QUERY,
            description = "what the values begin with; of keywords and inferred strings",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "limit",
            in = ParameterIn.QUERY,
            description = "values to return",
            schema =
                    @Schema(
                            type = SchemaType.INTEGER,
                            defaultValue = "10",
                            minimum = "1",
                            maximum = "10000"))
    @Parameter(
            name = "after",
            in = ParameterIn.QUERY,
            description = "in the order of values: only those behind this one",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "order",
            in = ParameterIn.QUERY,
            description = "by value, or by count with most documents first",
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {"value", "count"},
                            defaultValue = "value"))
    @Parameter(
            name = "minCount",
            in = ParameterIn.QUERY,
            description = "documents of a value at least",
            schema = @Schema(type = SchemaType.INTEGER, defaultValue = "1", minimum = "1"))
    @APIResponse(
            responseCode = "200",
            description = "exact counts of the documents that are visible",
            content = @Content(schema = @Schema(implementation = ValueList.class)))
    @APIResponse(responseCode = "408", ref = "Timeout")
    public Uni<ValueList> values(
            @PathParam("name") String name, @PathParam("field") String field, UriInfo uri) {
        SearchTarget target = SearchResource.target(indexes.get(name));
        Map<String, List<String>> parameters = new LinkedHashMap<>(uri.getQueryParameters());
        SearchBudget budget = searches.budget(Optional.empty());
        return threads.run(
                () -> {
                    SearchResult result = searches.values(target, field, parameters, budget);
                    FacetResult values =
                            Objects.requireNonNull(result.facets().get(QueryParser.VALUES));
                    return new ValueList(
                            result.commit().generation(), ((FacetResult.Buckets) values.counted()));
                },
                budget::cancel);
    }

    @Schema(name = "Fields")
    record FieldList(long generation, List<FieldAnswer> fields) implements Wire {
        @Override
        public Obj toValue() {
            return new Members().put("generation", generation).put("fields", fields).toObj();
        }
    }

    @Schema(name = "Field", type = SchemaType.OBJECT, implementation = Object.class)
    record FieldAnswer(FieldSummary summary) implements Wire {
        @Override
        public Obj toValue() {
            return new Members()
                    .put("path", summary.field().path())
                    .put("type", summary.field().type().label())
                    .put("declared", Value.of(!summary.field().dynamic()))
                    .put("multi", Value.of(summary.field().multi()))
                    .put("documents", summary.documents())
                    .put("distinct", summary.distinct())
                    .put("distinctIsExact", Value.of(summary.isExact()))
                    .put("min", summary.min())
                    .put("max", summary.max())
                    .toObj();
        }
    }

    /// - values: each with `value` and `count`
    /// - more: there are others behind them
    @Schema(name = "Values")
    record ValueList(
            long generation,
            @Schema(type = SchemaType.ARRAY, implementation = Object.class) Value.Array values,
            boolean more)
            implements Wire {
        ValueList(long generation, FacetResult.Buckets buckets) {
            this(generation, FacetAnswers.of(buckets), buckets.hasMore());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("generation", generation)
                    .put("values", values)
                    .put("more", Value.of(more))
                    .toObj();
        }
    }
}
