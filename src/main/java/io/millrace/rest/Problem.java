package io.millrace.rest;

import io.millrace.MillraceException;
import io.millrace.document.Value.Obj;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What went wrong, as RFC 9457 has it.
///
/// - type: a URN that stays the same for a kind of problem; title: the kind in words
/// - detail: what failed, the value, what was expected
/// - pointer: the place in the request: a JSON pointer into the body, or a parameter's name
/// - instance: the path that was asked for
/// - position: how far the index is, where somebody waited for more; opaque
@Schema(description = "what went wrong (RFC 9457)")
record Problem(
        @Schema(examples = "urn:millrace:problem:malformed") String type,
        @Schema(examples = "malformed request") String title,
        @Schema(examples = "400") int status,
        @Schema(examples = "limit -1, expected 0 to 10000") String detail,
        @Schema(examples = "/limit") @Nullable String pointer,
        @Schema(examples = "/indexes/quakes/search") String instance,
        @Schema(description = "opaque; how far the index is") @Nullable String position)
        implements Wire {
    static final String MEDIA_TYPE = "application/problem+json";
    private static final String TYPE_PREFIX = "urn:millrace:problem:";

    static Problem of(MillraceException failure, String instance) {
        String detail = String.valueOf(failure.getMessage());
        return switch (failure) {
            case MillraceException.InvalidRequest invalid -> invalid(invalid, detail, instance);
            case MillraceException.Unavailable _ ->
                    of("unavailable", "not available now", 503, detail, instance);
            case MillraceException.Fenced _ ->
                    of("fenced", "owned by somebody else", 409, detail, instance);
            case MillraceException.Corrupt _ ->
                    of("corrupt", "damaged on disk", 500, detail, instance);
            case MillraceException.Bug _ -> of("bug", "internal error", 500, detail, instance);
        };
    }

    static Problem of(String kind, String title, int status, String detail, String instance) {
        return new Problem(TYPE_PREFIX + kind, title, status, detail, null, instance, null);
    }

    private static Problem invalid(
            MillraceException.InvalidRequest invalid, String detail, String instance) {
        Problem problem =
                switch (invalid.reason()) {
                    case MALFORMED -> of("malformed", "malformed request", 400, detail, instance);
                    case NOT_FOUND -> of("not-found", "not found", 404, detail, instance);
                    case CONFLICT -> of("conflict", "conflict", 409, detail, instance);
                    case GONE -> of("gone", "gone", 410, detail, instance);
                    case TOO_LARGE -> of("too-large", "too large", 413, detail, instance);
                    case TIMEOUT -> of("timeout", "took too long", 408, detail, instance);
                };
        String pointer = invalid.pointer();
        return pointer.isEmpty() ? problem : problem.at(pointer);
    }

    private Problem at(String place) {
        return new Problem(type, title, status, detail, place, instance, position);
    }

    Problem standingAt(String opaque) {
        return new Problem(type, title, status, detail, pointer, instance, opaque);
    }

    @Override
    public Obj toValue() {
        return new Members()
                .put("type", type)
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .put("pointer", pointer)
                .put("instance", instance)
                .put("position", position)
                .toObj();
    }
}
