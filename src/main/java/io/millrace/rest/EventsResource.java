package io.millrace.rest;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.index.Index;
import io.millrace.pipeline.Indexes;
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
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Commit events as server-sent events, each a CloudEvent in JSON.
@Path("/indexes/{name}/events")
@Blocking
@Tag(name = "Operations")
public class EventsResource {
    private static final int STREAMS_MAX = 200;

    private final Indexes indexes;
    private final AtomicInteger streams = new AtomicInteger();

    public EventsResource(Indexes indexes) {
        this.indexes = indexes;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "followEvents",
            summary = "Commit events, live",
            description =
                    "Each event is a CloudEvent as JSON, under its id. Without from and"
                            + " Last-Event-ID the stream starts at the newest generation.")
    @APIResponse(
            responseCode = "200",
            description = "events in the order of generations, at least once",
            content =
                    @Content(
                            mediaType = MediaType.SERVER_SENT_EVENTS,
                            schema = @Schema(type = SchemaType.STRING),
                            examples =
                                    @ExampleObject(name = "commit", value = ApiDescription.EVENT)))
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "503", ref = "Unavailable")
    public Multi<OutboundSseEvent> follow(
            @PathParam("name") String name,
            @Parameter(
                            description =
                                    "events of the generations above this one that are still kept",
                            schema = @Schema(type = SchemaType.INTEGER))
                    @QueryParam("from")
                    @Nullable String from,
            @Parameter(description = "id of the last event seen") @HeaderParam("Last-Event-ID")
                    @Nullable String lastEventId,
            @Context Sse sse) {
        Index index = indexes.get(name).index();
        long after = after(index, from, lastEventId);
        return Multi.createFrom().deferred(() -> counted(EventFeed.after(index, after, sse)));
    }

    private Multi<OutboundSseEvent> counted(Multi<OutboundSseEvent> feed) {
        if (streams.incrementAndGet() > STREAMS_MAX) {
            streams.decrementAndGet();
            throw new MillraceException.Unavailable(
                    "%d event streams are open, expected fewer".formatted(STREAMS_MAX));
        }
        return feed.onTermination().invoke(() -> streams.decrementAndGet());
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
