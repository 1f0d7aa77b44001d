package io.millrace.rest;

import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What became of each line of a request.
///
/// - generation: the commit that holds the lines; left out while it is not known
/// - position: opaque, for `atLeast`
@Schema(name = "PushAnswer")
record PushAnswer(
        @Schema(description = "lines that became or changed a document") long indexed,
        @Schema(description = "lines that deleted a document") long deleted,
        @Schema(description = "lines in memory whose commit is still to come") long accepted,
        @Schema(description = "lines that were refused; the others are not disturbed")
                long rejected,
        @Schema(description = "one for each line that is not blank, in order")
                List<LineAnswer> results,
        @Schema(
                        description = "the commit that holds the lines",
                        type = SchemaType.INTEGER,
                        implementation = Long.class)
                @Nullable Long generation,
        @Schema(description = "opaque, for atLeast") String position)
        implements Wire {

    static PushAnswer of(List<LineAnswer> results, @Nullable Long generation, String position) {
        return new PushAnswer(
                count(results, LineStatus.INDEXED),
                count(results, LineStatus.DELETED),
                count(results, LineStatus.ACCEPTED),
                count(results, LineStatus.REJECTED),
                results,
                generation,
                position);
    }

    private static long count(List<LineAnswer> results, LineStatus status) {
        return results.stream().filter(line -> line.status() == status).count();
    }

    enum LineStatus {
        INDEXED,
        DELETED,
        ACCEPTED,
        REJECTED
    }

    /// - line: counted from 1
    /// - key: left out where the line has none
    /// - reason: of a rejected line
    @Schema(name = "LineAnswer")
    record LineAnswer(
            long line,
            @Schema(
                            implementation = Object.class,
                            anyOf = {String.class, Long.class})
                    @Nullable DocumentKey key,
            @Schema(implementation = String.class, examples = "indexed") LineStatus status,
            @Nullable String reason)
            implements Wire {
        @Override
        public Obj toValue() {
            return new Members()
                    .put("line", line)
                    .put("key", key == null ? null : key.toValue())
                    .put("status", status.name().toLowerCase(Locale.ROOT))
                    .put("reason", reason)
                    .toObj();
        }
    }

    @Override
    public Obj toValue() {
        return new Members()
                .put("indexed", indexed)
                .put("deleted", deleted)
                .put("accepted", accepted)
                .put("rejected", rejected)
                .put("results", results)
                .put("generation", generation == null ? null : Value.of(generation.longValue()))
                .put("position", position)
                .toObj();
    }
}
