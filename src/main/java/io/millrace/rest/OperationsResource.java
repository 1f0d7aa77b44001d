package io.millrace.rest;

import io.millrace.index.Index;
import io.millrace.index.IndexSnapshot;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.RunningIndex;
import io.millrace.rest.Answers.CommitAnswer;
import io.millrace.rest.Answers.CommitList;
import io.millrace.rest.Answers.SegmentAnswer;
import io.millrace.rest.Answers.SegmentList;
import io.millrace.rest.DeadLetterAnswers.DeadLetterList;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// How an index stands, and the one thing an operator can do to it now: commit.
@Path("/indexes/{name}")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Operations", description = "state, commits, dead letters, events")
public class OperationsResource {
    private static final int COMMITS_DEFAULT = 20;
    private static final int COMMITS_MAX = 1_000;
    private static final int DEAD_LETTERS_DEFAULT = 20;
    private static final int DEAD_LETTERS_MAX = 100;

    private final Indexes indexes;

    public OperationsResource(Indexes indexes) {
        this.indexes = indexes;
    }

    @GET
    @Path("status")
    @Operation(operationId = "getStatus", summary = "State, positions and lag")
    @APIResponse(responseCode = "200", description = "how the index stands")
    @APIResponse(responseCode = "404", ref = "NotFound")
    public StatusAnswer status(@PathParam("name") String name) {
        return StatusAnswer.of(indexes.get(name));
    }

    @GET
    @Path("segments")
    @Operation(operationId = "listSegments", summary = "Segments of the newest generation")
    @APIResponse(responseCode = "200", description = "segments in the order of ties")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "503", ref = "Unavailable")
    public SegmentList segments(@PathParam("name") String name) {
        try (IndexSnapshot snapshot = indexes.get(name).index().snapshot()) {
            return new SegmentList(
                    snapshot.commit().generation(),
                    snapshot.segments().stream().map(SegmentAnswer::of).toList());
        }
    }

    @GET
    @Path("commits")
    @Operation(operationId = "listCommits", summary = "Generations still kept, newest first")
    @APIResponse(responseCode = "200", description = "generations, newest first")
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "503", ref = "Unavailable")
    public CommitList commits(
            @PathParam("name") String name,
            @Parameter(
                            description = "at most this many",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            defaultValue = "20",
                                            minimum = "1",
                                            maximum = "1000"))
                    @QueryParam("limit")
                    @Nullable String limit) {
        int most = RequestText.number("limit", limit, COMMITS_DEFAULT, 1, COMMITS_MAX);
        Index index = indexes.get(name).index();
        return new CommitList(
                index.commits(most).stream()
                        .map(commit -> CommitAnswer.of(index.incarnation(), commit))
                        .toList());
    }

    @POST
    @Path("commit")
    @Operation(
            operationId = "commit",
            summary = "Publishes what has been read so far",
            description =
                    "Answers with the newest generation, which is an old one if nothing new was read.")
    @APIResponse(responseCode = "200", description = "the newest generation")
    @APIResponse(responseCode = "503", ref = "Unavailable")
    @APIResponse(responseCode = "404", ref = "NotFound")
    public CommitAnswer commit(@PathParam("name") String name) {
        RunningIndex running = indexes.get(name);
        Index index = running.index();
        return CommitAnswer.of(index.incarnation(), running.commitNow());
    }

    @GET
    @Path("dead-letters")
    @Operation(
            operationId = "listDeadLetters",
            summary = "Changes that could not be indexed, newest first",
            description =
                    "Keys and values are shown up to 4096 bytes; the dead-letter topic has the whole records.")
    @APIResponse(responseCode = "200", description = "changes with reason, place and bytes")
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "503", ref = "Unavailable")
    public DeadLetterList deadLetters(
            @PathParam("name") String name,
            @Parameter(
                            description = "at most this many",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            defaultValue = "20",
                                            minimum = "1",
                                            maximum = "100"))
                    @QueryParam("limit")
                    @Nullable String limit) {
        int most = RequestText.number("limit", limit, DEAD_LETTERS_DEFAULT, 1, DEAD_LETTERS_MAX);
        return DeadLetterList.of(indexes.get(name).index().newestRejects(most));
    }
}
