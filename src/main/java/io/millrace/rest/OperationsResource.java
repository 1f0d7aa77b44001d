package io.millrace.rest;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.index.Index;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.MergeStatus;
import io.millrace.pipeline.Backups;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.RunningIndex;
import io.millrace.rest.Answers.CommitAnswer;
import io.millrace.rest.Answers.CommitList;
import io.millrace.rest.Answers.SegmentAnswer;
import io.millrace.rest.Answers.SegmentList;
import io.millrace.rest.DeadLetterAnswers.DeadLetterList;
import io.millrace.rest.MergeAnswers.MergedAnswer;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/// How an index stands, and what an operator can do to it now: commit, merge, back up.
@Path("/indexes/{name}")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Operations", description = "state, commits, merges, dead letters, events")
public class OperationsResource {
    private static final int COMMITS_DEFAULT = 20;
    private static final int COMMITS_MAX = 1_000;
    private static final int MERGE_SEGMENTS_MAX = 10_000;
    private static final Duration MERGE_TIMEOUT_DEFAULT = Duration.ofSeconds(30);
    private static final int DEAD_LETTERS_DEFAULT = 20;
    private static final int DEAD_LETTERS_MAX = 100;

    private final Indexes indexes;
    private final Backups backups;

    public OperationsResource(Indexes indexes, Backups backups) {
        this.indexes = indexes;
        this.backups = backups;
    }

    @GET
    @Path("status")
    @Operation(operationId = "getStatus", summary = "State, positions and lag")
    @APIResponse(responseCode = "200", description = "how the index stands")
    public StatusAnswer status(@PathParam("name") String name) {
        return StatusAnswer.of(indexes.get(name));
    }

    @GET
    @Path("segments")
    @Operation(operationId = "listSegments", summary = "Segments of the newest generation")
    @APIResponse(responseCode = "200", description = "segments in the order of ties")
    public SegmentList segments(@PathParam("name") String name) {
        Index index = indexes.get(name).index();
        try (IndexSnapshot snapshot = index.snapshot()) {
            MergeStatus merges = index.merges();
            return new SegmentList(
                    snapshot.commit().generation(),
                    snapshot.segments().stream()
                            .map(view -> SegmentAnswer.of(view, merges))
                            .toList());
        }
    }

    @GET
    @Path("commits")
    @Operation(operationId = "listCommits", summary = "Generations still kept, newest first")
    @APIResponse(responseCode = "200", description = "generations, newest first")
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
    public CommitAnswer commit(@PathParam("name") String name) {
        RunningIndex running = indexes.get(name);
        Index index = running.index();
        return CommitAnswer.of(index.incarnation(), running.commitNow());
    }

    @POST
    @Path("merge")
    @Operation(
            operationId = "merge",
            summary = "Merges segments now",
            description =
                    "Rewrites the segments there are now until at most so many are left of them, or"
                            + " those with deleted documents. What can be found does not change.")
    @APIResponse(
            responseCode = "200",
            description = "done",
            content = @Content(schema = @Schema(implementation = MergedAnswer.class)))
    @APIResponse(
            responseCode = "202",
            description =
                    "asked for, and it goes on: with wait=false, or when it took longer than"
                            + " timeout. The status tells how far it is",
            content = @Content(schema = @Schema(implementation = MergedAnswer.class)))
    public RestResponse<MergedAnswer> merge(
            @PathParam("name") String name,
            @Parameter(
                            description = "at most this many are left",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            defaultValue = "1",
                                            minimum = "1",
                                            maximum = "10000"))
                    @QueryParam("segments")
                    @Nullable String segments,
            @Parameter(
                            description =
                                    "true rewrites the segments with deleted documents instead;"
                                            + " not together with segments",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
                    @QueryParam("expunge")
                    @Nullable String expunge,
            @Parameter(
                            description = "false answers at once",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "true"))
                    @QueryParam("wait")
                    @Nullable String wait,
            @Parameter(
                            description = "how long it is waited for, at most 60s",
                            schema = @Schema(type = SchemaType.STRING, defaultValue = "30s"))
                    @QueryParam("timeout")
                    @Nullable String timeout) {
        boolean expunges = RequestText.bool("expunge", expunge, false);
        if (expunges && segments != null) {
            throw InvalidRequest.malformed(
                    "segments",
                    "segments %s beside expunge true, expected one of them".formatted(segments));
        }
        int segmentsMax = RequestText.number("segments", segments, 1, 1, MERGE_SEGMENTS_MAX);
        Duration asked =
                RequestText.duration(
                        AtLeast.TIMEOUT, timeout, MERGE_TIMEOUT_DEFAULT, AtLeast.TIMEOUT_MAX);
        Duration atMost = RequestText.bool("wait", wait, true) ? asked : Duration.ZERO;
        Index index = indexes.get(name).index();
        boolean done =
                expunges ? index.expungeDeletes(atMost) : index.forceMerge(segmentsMax, atMost);
        return RestResponse.status(
                done ? RestResponse.Status.OK : RestResponse.Status.ACCEPTED,
                MergedAnswer.of(index, done));
    }

    @POST
    @Path("backup")
    @Operation(
            operationId = "backUp",
            summary = "Backs up the newest generation",
            description =
                    "Links or copies the files of the newest generation, with the definition, to a"
                            + " folder of its own below millrace.backups-dir. Reading and writing go"
                            + " on. The verb restore starts an index from it.")
    @APIResponse(
            responseCode = "201",
            description = "whole and durable",
            content = @Content(schema = @Schema(implementation = BackupAnswer.class)))
    public RestResponse<BackupAnswer> backUp(@PathParam("name") String name) {
        return RestResponse.status(
                RestResponse.Status.CREATED, BackupAnswer.of(backups.take(indexes.get(name))));
    }

    @GET
    @Path("dead-letters")
    @Operation(
            operationId = "listDeadLetters",
            summary = "Changes that could not be indexed, newest first",
            description =
                    "Keys and values are shown up to 4096 bytes; the dead-letter topic has the whole records.")
    @APIResponse(responseCode = "200", description = "changes with reason, place and bytes")
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
