package io.millrace.rest;

import io.millrace.json.Json;
import io.millrace.source.push.PushOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// Refuses a body that says it is too large before any of it is read, and before the limit of the
/// HTTP server itself (`quarkus.http.limits.max-body-size`, above all of ours), whose answer has no
/// problem in it. A body that does not say its length is counted while it is read, see
/// [RequestText] and [BodyBytes].
@ApplicationScoped
class BodyLimit {
    /// Ahead of the server's own limit, at -2.
    private static final int ORDER = -1_000;

    private static final String DOCUMENTS = "/documents";

    private final PushOptions pushing;

    BodyLimit(PushOptions pushing) {
        this.pushing = pushing;
    }

    void install(@Observes Router router) {
        router.route().order(ORDER).handler(this::check);
    }

    private void check(RoutingContext exchange) {
        HttpServerRequest request = exchange.request();
        String contentLength = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        String path = exchange.normalizedPath();
        boolean documents = path.endsWith(DOCUMENTS);
        int most = documents ? pushing.bodyBytesMax() : RequestText.BODY_BYTES_MAX;
        if (contentLength == null || !isAbove(contentLength, most)) {
            exchange.next();
            return;
        }
        Problem problem =
                Problem.of(
                        documents
                                ? BodyBytes.tooLarge(contentLength, most)
                                : RequestText.tooLarge(contentLength),
                        path);
        HttpServerResponse response =
                request.response()
                        .setStatusCode(problem.status())
                        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        // A client that is still sending would miss the answer.
        request.endHandler(_ -> response.end(Buffer.buffer(Json.bytes(problem.toValue()))));
        request.resume();
    }

    private static boolean isAbove(String contentLength, int most) {
        try {
            return Long.parseLong(contentLength) > most;
        } catch (NumberFormatException e) {
            // The server refuses it.
            return false;
        }
    }
}
