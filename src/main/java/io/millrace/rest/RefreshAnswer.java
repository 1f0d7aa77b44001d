package io.millrace.rest;

import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// What became of a document that was read from its source once more.
///
/// - position: opaque, for `atLeast`
@Schema(name = "RefreshAnswer")
record RefreshAnswer(
        @Schema(
                        implementation = Object.class,
                        anyOf = {String.class, Long.class})
                DocumentKey key,
        @Schema(description = "false: there is no such row, and no document any more")
                boolean found,
        @Schema(description = "the commit that holds it") long generation,
        @Schema(description = "opaque, for atLeast") String position)
        implements Wire {
    @Override
    public Obj toValue() {
        return new Members()
                .put("key", key.toValue())
                .put("found", Value.of(found))
                .put("generation", generation)
                .put("position", position)
                .toObj();
    }
}
