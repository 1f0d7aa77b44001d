package io.millrace.rest;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.document.DocumentKey;
import io.millrace.document.KeyText;
import io.millrace.index.Index;
import io.millrace.index.NodeResources;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.RunningIndex;
import io.millrace.source.push.PushAdmission.Accepted;
import io.millrace.source.push.PushAdmission.Full;
import io.millrace.source.push.PushChangeSource;
import io.millrace.source.push.PushOptions;
import io.millrace.source.push.PushOutcome;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Encoded;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

/// Documents pushed over HTTP, and rows that are read again. A request is accepted whole or not at
/// all, and answered after the commit that holds it.
@Path("/indexes/{name}")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Indexes")
public class DocumentsResource {
    private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(30);

    private final Indexes indexes;
    private final NodeResources resources;
    private final PushOptions options;
    private final BodyBytes reading;

    public DocumentsResource(Indexes indexes, NodeResources resources, PushOptions options) {
        this.indexes = indexes;
        this.resources = resources;
        this.options = options;
        this.reading = new BodyBytes(options);
    }

    @POST
    @Path("documents")
    @Consumes({"application/x-ndjson", "application/jsonl"})
    @Operation(
            operationId = "pushDocuments",
            summary = "Indexes documents",
            description =
                    "For indexes with source: push. Each line is a document, or one of $upsert,"
                            + " $patch and $delete. The answer says what became of each line, after"
                            + " the commit that holds them; a line that is refused disturbs no"
                            + " other. A request is accepted whole or not at all.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/x-ndjson",
                            schema = @Schema(type = SchemaType.STRING),
                            examples =
                                    @ExampleObject(
                                            name = "two documents, a patch and a delete",
                                            value = ApiDescription.LINES)))
    @APIResponse(
            responseCode = "200",
            description = "committed and visible",
            content = @Content(schema = @Schema(implementation = PushAnswer.class)))
    @APIResponse(
            responseCode = "202",
            description =
                    "in memory, in order, and not committed: with wait=false, or when the commit"
                            + " took longer than timeout. Lost if the node dies or the generation"
                            + " fails; atLeast with the position tells",
            content = @Content(schema = @Schema(implementation = PushAnswer.class)))
    @APIResponse(responseCode = "409", ref = "Conflict")
    @APIResponse(
            responseCode = "429",
            description = "no room, nothing of the request was taken; with Retry-After",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<PushAnswer>> push(
            @PathParam("name") String name,
            @Parameter(
                            description = "false answers before the commit",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "true"))
                    @QueryParam("wait")
                    @Nullable String wait,
            @Parameter(
                            description = "how long the commit is waited for, at most 60s",
                            schema = @Schema(type = SchemaType.STRING, defaultValue = "30s"))
                    @QueryParam("timeout")
                    @Nullable String timeout,
            UriInfo uri,
            InputStream body)
            throws IOException {
        boolean waits = RequestText.bool("wait", wait, true);
        Duration atMost =
                RequestText.duration(
                        AtLeast.TIMEOUT, timeout, TIMEOUT_DEFAULT, AtLeast.TIMEOUT_MAX);
        RunningIndex running = indexes.get(name);
        PushChangeSource push = running.push();
        Index index = running.index();
        String incarnation = index.incarnation();
        try (BodyBytes.Counted counted = reading.count(body, uri.getPath())) {
            PushedLines lines =
                    PushedLines.read(counted, index.schema(), options, resources.clock().millis());
            if (lines.changes().isEmpty()) {
                long generation = index.newestCommit().generation();
                return Uni.createFrom().item(committed(lines.accepted(), generation, incarnation));
            }
            return switch (push.offer(lines.changes(), waits)) {
                case Full(String reason) ->
                        throw ProblemException.tooManyRequests(
                                "index %s: %s; nothing of this request was taken"
                                        .formatted(name, reason),
                                uri.getPath());
                case Accepted accepted when waits -> outcome(lines, accepted, incarnation, atMost);
                case Accepted accepted ->
                        Uni.createFrom().item(accepted(lines, accepted, incarnation));
            };
        }
    }

    @POST
    @Path("documents/{key}/refresh")
    @Operation(
            operationId = "refreshDocument",
            summary = "Reads a row of a table again",
            description =
                    "For indexes with source: postgres. The row of this key comes once more, whole,"
                            + " in the order of the log: it never takes the document back to an older"
                            + " state. A row that is gone deletes the document. The key is"
                            + " percent-encoded; parts of a key of several fields are joined by a"
                            + " comma.")
    @APIResponse(
            responseCode = "200",
            description = "committed and visible; what the index refuses is a dead letter",
            content = @Content(schema = @Schema(implementation = RefreshAnswer.class)))
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "409", ref = "Conflict")
    @APIResponse(responseCode = "503", ref = "Unavailable")
    public Uni<RefreshAnswer> refresh(
            @PathParam("name") String name,
            @PathParam("key") @Encoded String encodedKey,
            @Parameter(
                            description = "how long log and commit are waited for, at most 60s",
                            schema = @Schema(type = SchemaType.STRING, defaultValue = "30s"))
                    @QueryParam("timeout")
                    @Nullable String timeout) {
        Duration atMost =
                RequestText.duration(
                        AtLeast.TIMEOUT, timeout, TIMEOUT_DEFAULT, AtLeast.TIMEOUT_MAX);
        long begun = resources.nanoClock().nanos();
        RunningIndex running = indexes.get(name);
        String incarnation = running.index().incarnation();
        DocumentKey key = KeyText.parse(running.index().schema(), encodedKey);
        RunningIndex.Refreshing refreshing = running.refresh(key, atMost);
        Duration left = atMost.minusNanos(resources.nanoClock().nanos() - begun);
        return Uni.createFrom()
                .completionStage(refreshing.commit())
                .ifNoItem()
                .after(left.isPositive() ? left : Duration.ofMillis(1))
                .failWith(() ->
                        new MillraceException.Unavailable(
                                "row %s was read and is not committed after %d ms; it comes with the next commit"
                                        .formatted(key, atMost.toMillis())))
                .onTermination()
                .invoke((_, _, _) -> refreshing.commit().cancel(false))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(commit ->
                        new RefreshAnswer(
                                key,
                                refreshing.isFound(),
                                commit.generation(),
                                PositionToken.of(incarnation, commit.generation())));
    }

    /// How far a push index must be to hold everything below a sequence number.
    static Checkpoint positions(long next) {
        return Checkpoint.of(Map.of(PushChangeSource.PARTITION, Position.of(next)));
    }

    private static Uni<RestResponse<PushAnswer>> outcome(
            PushedLines lines, Accepted accepted, String incarnation, Duration atMost) {
        return Uni.createFrom()
                .completionStage(accepted.outcome().copy())
                .map(outcome -> committed(lines, accepted, outcome, incarnation))
                .ifNoItem()
                .after(atMost)
                .recoverWithItem(() -> accepted(lines, accepted, incarnation))
                .emitOn(Infrastructure.getDefaultWorkerPool());
    }

    private static RestResponse<PushAnswer> committed(
            PushedLines lines, Accepted accepted, PushOutcome outcome, String incarnation) {
        return committed(
                lines.committed(accepted.first(), outcome.rejects()),
                outcome.generation(),
                incarnation);
    }

    private static RestResponse<PushAnswer> committed(
            List<PushAnswer.LineAnswer> results, long generation, String incarnation) {
        return RestResponse.ok(
                PushAnswer.of(results, generation, PositionToken.of(incarnation, generation)));
    }

    private static RestResponse<PushAnswer> accepted(
            PushedLines lines, Accepted accepted, String incarnation) {
        return RestResponse.status(
                RestResponse.Status.ACCEPTED,
                PushAnswer.of(
                        lines.accepted(),
                        null,
                        PositionToken.ofPush(incarnation, accepted.session(), accepted.end())));
    }
}
