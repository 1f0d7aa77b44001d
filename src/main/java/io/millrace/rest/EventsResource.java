package io.millrace.rest;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexEvent;
import io.millrace.json.Json;
import io.millrace.pipeline.Indexes;
import io.millrace.publish.CloudEvents;
import io.millrace.publish.EventStream;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Commit events as server-sent events, each a CloudEvent in JSON. Waiting holds no thread.
@Path("/indexes/{name}/events")
@Blocking
@Tag(name = "Operations")
public class EventsResource {
    private static final System.Logger LOG = System.getLogger(EventsResource.class.getName());

    /// A silent stream says that it lives, or proxies cut it.
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /// Events read ahead of the connection.
    private static final int AHEAD_MAX = 16;

    /// What a browser waits before it comes again: the index may be open again by then, or gone.
    private static final long RECONNECT_MILLIS = 1_000;

    private final Indexes indexes;
    private final EventStream stream;

    public EventsResource(Indexes indexes, EventStream stream) {
        this.indexes = indexes;
        this.stream = stream;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "followEvents",
            summary = "Commit events, live",
            description =
                    "Each event is a CloudEvent as JSON, under its id. Without from and"
                            + " Last-Event-ID the stream starts with the next commit. Where"
                            + " generations are not kept any more, one event named resync stands"
                            + " for them: read the index anew. A stream that cannot go on, such as"
                            + " one whose index is deleted or rebuilt, ends with an event named"
                            + " problem, which is a problem+json: connect again with the id of the"
                            + " last event.")
    @APIResponse(
            responseCode = "200",
            description = "events in the order of generations, at least once",
            content =
                    @Content(
                            mediaType = MediaType.SERVER_SENT_EVENTS,
                            schema = @Schema(type = SchemaType.STRING),
                            examples =
                                    @ExampleObject(name = "commit", value = ApiDescription.EVENT)))
    public Multi<OutboundSseEvent> follow(
            @PathParam("name") String name,
            @Parameter(
                            description =
                                    "events of the generations above this one; 0 for all that are"
                                            + " kept",
                            schema = @Schema(type = SchemaType.INTEGER))
                    @QueryParam("from")
                    @Nullable String from,
            @Parameter(description = "id of the last event seen") @HeaderParam("Last-Event-ID")
                    @Nullable String lastEventId,
            @Context Sse sse,
            @Context UriInfo uri) {
        Index index = indexes.get(name).index();
        long generation = after(index, from, lastEventId);
        String path = uri.getPath();
        OutboundSseEvent end = sse.newEventBuilder().comment("end").build();
        Multi<OutboundSseEvent> events =
                stream.after(index, generation)
                        .map(event -> commit(event, sse))
                        .onFailure()
                        .recoverWithItem(failure -> problem(failure, path, sse))
                        .onCompletion()
                        .continueWith(end);
        Multi<OutboundSseEvent> heartbeats =
                Multi.createFrom()
                        .ticks()
                        .every(HEARTBEAT)
                        .onOverflow()
                        .drop()
                        .map(_ -> sse.newEventBuilder().comment("still here").build());
        return Multi.createBy()
                .merging()
                .withRequests(AHEAD_MAX)
                .streams(events, heartbeats)
                .select()
                .first(event -> event != end);
    }

    private static OutboundSseEvent commit(IndexEvent event, Sse sse) {
        return sse.newEventBuilder()
                .id(event.id())
                .name(event.isResync() ? "resync" : "commit")
                .data(text(CloudEvents.toValue(event)))
                .build();
    }

    private static OutboundSseEvent problem(Throwable failure, String path, Sse sse) {
        MillraceException ours =
                failure instanceof MillraceException known
                        ? known
                        : new MillraceException.Bug("unexpected " + failure, failure);
        if (!(ours instanceof MillraceException.Unavailable)) {
            LOG.log(System.Logger.Level.ERROR, "events ended: " + path, ours);
        }
        return sse.newEventBuilder()
                .name("problem")
                .reconnectDelay(RECONNECT_MILLIS)
                .data(text(Problem.of(ours, path).toValue()))
                .build();
    }

    private static String text(Value.Obj json) {
        return new String(Json.bytes(json), StandardCharsets.UTF_8);
    }

    /// An id names its incarnation: one of an earlier life of the index starts from the beginning.
    static long after(Index index, @Nullable String from, @Nullable String lastEventId) {
        if (lastEventId != null && !lastEventId.isEmpty()) {
            String[] parts = lastEventId.split(":", -1);
            if (parts.length != 4 || !parts[2].matches("[0-9]{1,18}")) {
                throw InvalidRequest.malformed(
                        "Last-Event-ID",
                        "Last-Event-ID %s, expected the id of an event".formatted(lastEventId));
            }
            return parts[1].equals(index.incarnation()) ? Long.parseLong(parts[2]) : 0;
        }
        Long generation = RequestText.generation("from", from);
        return generation == null ? index.newestCommit().generation() : generation;
    }
}
