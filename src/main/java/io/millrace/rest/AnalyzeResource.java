package io.millrace.rest;

import io.millrace.document.Value;
import io.millrace.index.IndexSnapshot;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.RunningIndex;
import io.millrace.search.AnalyzedText;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Shows what an index makes of a text.
@Path("/indexes/{name}/analyze")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Indexes")
public class AnalyzeResource {
    private static final String EXAMPLE = "{\"field\": \"place\", \"text\": \"off the coast\"}";

    private final Indexes indexes;

    public AnalyzeResource(Indexes indexes) {
        this.indexes = indexes;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "analyze",
            summary = "What an analyzer makes of a text",
            description =
                    "text, and a field of the index or the name of an analyzer: a known one, or one"
                            + " of the definition, which shows its synonyms.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT),
                            examples = @ExampleObject(name = "a place", value = EXAMPLE)))
    @APIResponse(
            responseCode = "200",
            description = "the terms in order",
            content = @Content(schema = @Schema(implementation = AnalyzeAnswer.class)))
    @APIResponse(responseCode = "400", ref = "Malformed")
    @APIResponse(responseCode = "404", ref = "NotFound")
    @APIResponse(responseCode = "415", ref = "UnsupportedMediaType")
    @APIResponse(responseCode = "503", ref = "Unavailable")
    public AnalyzeAnswer analyze(@PathParam("name") String name, InputStream body) {
        Value request = RequestText.body(body, MediaType.APPLICATION_JSON_TYPE);
        RunningIndex running = indexes.get(name);
        try (IndexSnapshot snapshot = running.index().snapshot()) {
            AnalyzedText analyzed =
                    AnalyzedText.of(snapshot.schema(), running.definition().analyzers(), request);
            return new AnalyzeAnswer(
                    analyzed.analyzer(),
                    analyzed.tokens().stream()
                            .map(token ->
                                    new TokenAnswer(
                                            token.term(),
                                            token.position(),
                                            token.positions() > 1
                                                    ? Long.valueOf(token.positions())
                                                    : null,
                                            token.start(),
                                            token.end(),
                                            token.isSynonym() ? true : null))
                            .toList());
        }
    }

    /// The terms of a text.
    @Schema(name = "AnalyzedText")
    record AnalyzeAnswer(String analyzer, List<TokenAnswer> tokens) implements Wire {
        @Override
        public Value.Obj toValue() {
            return new Members().put("analyzer", analyzer).put("tokens", tokens).toObj();
        }
    }

    /// One term.
    @Schema(name = "Token")
    record TokenAnswer(
            String term,
            @Schema(description = "counted from 0; a word that is left out leaves a gap")
                    long position,
            @Schema(description = "how many it takes; left out for one") @Nullable Long positions,
            @Schema(description = "where in the text it starts, in characters") long start,
            long end,
            @Schema(description = "true for a synonym of words in the text; else left out")
                    @Nullable Boolean synonym)
            implements Wire {
        @Override
        public Value.Obj toValue() {
            return new Members()
                    .put("term", term)
                    .put("position", position)
                    .put("positions", positions)
                    .put("start", start)
                    .put("end", end)
                    .put("synonym", synonym == null ? null : Value.of(synonym.booleanValue()))
                    .toObj();
        }
    }
}
