package io.millrace.rest;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.Compatibility;
import io.millrace.catalog.IndexDefinition;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Value;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.PipelineStatus;
import io.millrace.pipeline.RunningIndex;
import io.millrace.rest.Answers.IndexAnswer;
import io.millrace.rest.Answers.IndexList;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/// Definitions: what indexes there are and what they should be.
@Path("/indexes")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Indexes", description = "definitions, documents and searches")
public class IndexesResource {
    /// How long a deletion may take before the answer is 202.
    private static final Duration DELETE_WAIT = Duration.ofSeconds(5);

    private final Catalog catalog;
    private final Indexes indexes;

    /// Puts take turns, so that what runs last is what was stored last.
    private final ReentrantLock putting = new ReentrantLock();

    public IndexesResource(Catalog catalog, Indexes indexes) {
        this.catalog = catalog;
        this.indexes = indexes;
    }

    @GET
    @Operation(operationId = "listIndexes", summary = "All indexes, by name")
    @APIResponse(responseCode = "200", description = "the indexes")
    public IndexList list() {
        return new IndexList(indexes.list().stream().map(this::answer).toList());
    }

    @GET
    @Path("{name}")
    @Operation(operationId = "getIndex", summary = "One index and its definition")
    @APIResponse(responseCode = "200", description = "the index")
    public IndexAnswer get(@PathParam("name") String name) {
        return answer(indexes.get(name));
    }

    @PUT
    @Path("{name}")
    @Consumes({MediaType.APPLICATION_JSON, "application/yaml", "application/x-yaml", "text/yaml"})
    @Operation(
            operationId = "putIndex",
            summary = "Creates or changes an index",
            description =
                    "The definition is durable when the answer comes; the index starts then. Once an"
                            + " index has a generation, fields can be added, and commit, description, analyzers"
                            + " and dynamic changed; anything else needs a rebuild. An index defined by"
                            + " a file is read-only here.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = "application/yaml",
                        schema = @Schema(type = SchemaType.OBJECT),
                        examples =
                                @ExampleObject(name = "quakes", value = ApiDescription.DEFINITION)),
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(type = SchemaType.OBJECT))
            })
    @APIResponse(
            responseCode = "201",
            description = "created",
            content = @Content(schema = @Schema(implementation = IndexAnswer.class)))
    @APIResponse(
            responseCode = "200",
            description = "changed, or the same as before",
            content = @Content(schema = @Schema(implementation = IndexAnswer.class)))
    @APIResponse(responseCode = "409", ref = "Conflict")
    public RestResponse<IndexAnswer> put(
            @PathParam("name") String name,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) MediaType mediaType,
            UriInfo uri,
            InputStream body) {
        Value definition = RequestText.body(body, mediaType);
        putting.lock();
        try {
            Optional<RunningIndex> redefined =
                    indexes.redefine(name, () -> catalog.replace(name, definition).definition());
            if (redefined.isPresent()) {
                return RestResponse.ok(answer(redefined.get()));
            }
            Optional<io.millrace.document.Schema> onDisk = indexes.schema(name);
            OwnAnalyzers before =
                    catalog.find(name).map(IndexDefinition::analyzers).orElse(OwnAnalyzers.NONE);
            Catalog.Put put = catalog.put(name, definition, onDisk);
            List<String> adopted = new ArrayList<>();
            onDisk.ifPresent(schema -> {
                adopted.addAll(Compatibility.adoptions(schema, put.definition().schema()));
                adopted.addAll(Compatibility.adoptions(before, put.definition().analyzers()));
            });
            return switch (put.outcome()) {
                case CREATED ->
                        RestResponse.ResponseBuilder.<IndexAnswer>create(
                                        RestResponse.Status.CREATED)
                                .entity(answer(indexes.start(put.definition())))
                                .location(uri.getAbsolutePath())
                                .build();
                case CHANGED -> {
                    RunningIndex changed = indexes.start(put.definition());
                    yield RestResponse.ok(answer(changed).withNotes(adopted));
                }
                case UNCHANGED -> RestResponse.ok(answer(indexes.get(name)));
            };
        } finally {
            putting.unlock();
        }
    }

    @DELETE
    @Path("{name}")
    @Operation(
            operationId = "deleteIndex",
            summary = "Deletes an index: documents, files, definition",
            description =
                    "Once it is accepted it happens, also after a crash. Followers of its events are"
                            + " told by a last generation of kind DELETE; while no broker takes that,"
                            + " the index is deleting for a while. Its name is free afterwards.")
    @APIResponse(responseCode = "204", description = "the index is gone")
    @APIResponse(
            responseCode = "202",
            description = "the index is being deleted; its state is deleting until it is gone",
            content = @Content(schema = @Schema(implementation = IndexAnswer.class)))
    @APIResponse(responseCode = "409", ref = "Conflict")
    public RestResponse<IndexAnswer> delete(@PathParam("name") String name) {
        RunningIndex deleted = indexes.get(name);
        return indexes.delete(name, DELETE_WAIT)
                ? RestResponse.noContent()
                : RestResponse.ResponseBuilder.<IndexAnswer>create(RestResponse.Status.ACCEPTED)
                        .entity(answer(deleted))
                        .build();
    }

    @POST
    @Path("{name}/pause")
    @Operation(
            operationId = "pauseIndex",
            summary = "Stops reading the source",
            description =
                    "What was read is published first. The index can still be searched. A restart"
                            + " changes nothing about it.")
    @APIResponse(responseCode = "200", description = "paused, or about to be")
    public IndexAnswer pause(@PathParam("name") String name) {
        return answer(indexes.pause(name));
    }

    @POST
    @Path("{name}/resume")
    @Operation(
            operationId = "resumeIndex",
            summary = "Goes on reading the source",
            description = "An index that failed is opened anew: its files are checked again.")
    @APIResponse(responseCode = "200", description = "reading, or about to")
    public IndexAnswer resume(@PathParam("name") String name) {
        return answer(indexes.resume(name));
    }

    @POST
    @Path("{name}/rebuild")
    @Operation(
            operationId = "rebuildIndex",
            summary = "Builds the index anew beside the one that serves",
            description =
                    "From the start of its source, under the definition in the body or, without a"
                            + " body, the one it has: the way for every change that PUT refuses. The"
                            + " new incarnation takes over by itself when it has caught up; status"
                            + " tells how far it is. A restart goes on with it.")
    @RequestBody(
            required = false,
            content = {
                @Content(
                        mediaType = "application/yaml",
                        schema = @Schema(type = SchemaType.OBJECT)),
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(type = SchemaType.OBJECT))
            })
    @APIResponse(
            responseCode = "202",
            description = "the rebuild has begun",
            content = @Content(schema = @Schema(implementation = IndexAnswer.class)))
    @APIResponse(responseCode = "409", ref = "Conflict")
    public RestResponse<IndexAnswer> rebuild(
            @PathParam("name") String name,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable MediaType mediaType,
            InputStream body) {
        Value definition = RequestText.optionalBody(body, mediaType).orElse(null);
        return RestResponse.ResponseBuilder.<IndexAnswer>create(RestResponse.Status.ACCEPTED)
                .entity(answer(indexes.rebuild(name, definition)))
                .build();
    }

    @DELETE
    @Path("{name}/rebuild")
    @Operation(
            operationId = "cancelRebuild",
            summary = "Gives up a rebuild",
            description = "The index serves on as it is.")
    @APIResponse(responseCode = "204", description = "nothing is left of the rebuild")
    public RestResponse<Void> cancelRebuild(@PathParam("name") String name) {
        indexes.cancelRebuild(name);
        return RestResponse.noContent();
    }

    private IndexAnswer answer(RunningIndex running) {
        IndexDefinition definition = running.definition();
        PipelineStatus status = running.status();
        String definedBy = catalog.definedByFile(definition.name()).orElse("http");
        return IndexAnswer.of(definition, status.state().label(), status.detail(), definedBy);
    }
}
