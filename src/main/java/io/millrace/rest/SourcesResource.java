package io.millrace.rest;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.SourceDefinition;
import io.millrace.catalog.SourceDefinition.PostgresDatabase;
import io.millrace.document.Value;
import io.millrace.rest.SourceAnswers.SourceAnswer;
import io.millrace.rest.SourceAnswers.SourceList;
import io.millrace.source.postgres.PostgresSources;
import io.millrace.source.postgres.SourceHealth;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/// Sources: the clusters and databases that indexes read.
@Path("/sources")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Sources", description = "Kafka clusters and databases, defined once for all indexes")
public class SourcesResource {
    private final Catalog catalog;
    private final PostgresSources databases;

    public SourcesResource(Catalog catalog, PostgresSources databases) {
        this.catalog = catalog;
        this.databases = databases;
    }

    @GET
    @Operation(operationId = "listSources", summary = "All defined sources, by name")
    @APIResponse(
            responseCode = "200",
            description =
                    "the sources; default, the application's own Kafka cluster, is not among them")
    public SourceList list() {
        return new SourceList(
                catalog.sources().definitions().stream()
                        .map(definition -> answer(definition, null))
                        .toList());
    }

    @GET
    @Path("{name}")
    @Operation(
            operationId = "getSource",
            summary = "One source, its definition and how it stands",
            description =
                    "A database is asked for its slot: how much log it holds back and for which"
                            + " index.")
    @APIResponse(responseCode = "200", description = "the source")
    public SourceAnswer get(@PathParam("name") String name) {
        SourceDefinition definition = catalog.sources().get(name);
        return answer(
                definition, definition instanceof PostgresDatabase ? databases.health(name) : null);
    }

    @PUT
    @Path("{name}")
    @Consumes({MediaType.APPLICATION_JSON, "application/yaml", "application/x-yaml", "text/yaml"})
    @Operation(
            operationId = "putSource",
            summary = "Defines a source or changes it",
            description =
                    "Durable when the answer comes; nothing is connected to before an index reads it."
                            + " What changed holds from the next connection on. While an index reads"
                            + " it, everything may change but what positions depend on: kind,"
                            + " database, slot, publication, create. A source defined by a file is"
                            + " read-only here.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = "application/yaml",
                        schema = @Schema(type = SchemaType.OBJECT),
                        examples = @ExampleObject(name = "shop", value = ApiDescription.SOURCE)),
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(type = SchemaType.OBJECT))
            })
    @APIResponse(
            responseCode = "201",
            description = "defined",
            content = @Content(schema = @Schema(implementation = SourceAnswer.class)))
    @APIResponse(
            responseCode = "200",
            description = "changed, or the same as before",
            content = @Content(schema = @Schema(implementation = SourceAnswer.class)))
    @APIResponse(responseCode = "409", ref = "Conflict")
    public RestResponse<SourceAnswer> put(
            @PathParam("name") String name,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) MediaType mediaType,
            UriInfo uri,
            InputStream body) {
        Value definition = RequestText.body(body, mediaType);
        Catalog.Put.Outcome outcome = catalog.putSource(name, definition);
        SourceAnswer answer = answer(catalog.sources().get(name), null);
        return switch (outcome) {
            case CREATED ->
                    RestResponse.ResponseBuilder.<SourceAnswer>create(RestResponse.Status.CREATED)
                            .entity(answer)
                            .location(uri.getAbsolutePath())
                            .build();
            case CHANGED, UNCHANGED -> RestResponse.ok(answer);
        };
    }

    @DELETE
    @Path("{name}")
    @Operation(
            operationId = "deleteSource",
            summary = "Deletes a source that no index reads",
            description =
                    "Slot and publication that this node made are dropped first. With abandon=true"
                            + " they are left in the database, for one that does not answer any"
                            + " more.")
    @APIResponse(responseCode = "204", description = "the source is gone")
    @APIResponse(responseCode = "409", ref = "Conflict")
    public RestResponse<Void> delete(
            @PathParam("name") String name,
            @Parameter(description = "leave slot and publication behind") @QueryParam("abandon")
                    @Nullable String abandon) {
        boolean abandoned = RequestText.bool("abandon", abandon, false);
        catalog.checkSourceDeletable(name);
        if (!abandoned && catalog.sources().get(name) instanceof PostgresDatabase) {
            databases.drop(name);
        }
        catalog.deleteSource(name);
        return RestResponse.noContent();
    }

    private SourceAnswer answer(SourceDefinition definition, @Nullable SourceHealth health) {
        String name = definition.name();
        return SourceAnswer.of(
                definition,
                catalog.sources().definedByFile(name).orElse("http"),
                catalog.readers(name),
                health);
    }
}
