package io.millrace.rest;

import io.millrace.json.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// Refuses a body that says it is too large before any of it is kept, and before the limit of the
/// HTTP server itself (`quarkus.http.limits.max-body-size`, 10 MiB unless set), whose answer has no
/// problem in it. A body that does not say its length is counted once it is there, see
/// [RequestText].
@ApplicationScoped
class BodyLimit {
    /// Ahead of the server's own limit, at -2.
    private static final int ORDER = -1_000;

    void install(@Observes Router router) {
        router.route().order(ORDER).handler(BodyLimit::check);
    }

    private static void check(RoutingContext exchange) {
        HttpServerRequest request = exchange.request();
        String contentLength = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (contentLength == null || !isTooLarge(contentLength)) {
            exchange.next();
            return;
        }
        String path = exchange.normalizedPath();
        Problem problem = Problem.of(RequestText.tooLarge(contentLength), path);
        HttpServerResponse response =
                request.response()
                        .setStatusCode(problem.status())
                        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        // A client that is still sending would miss the answer.
        request.endHandler(_ -> response.end(Buffer.buffer(Json.bytes(problem.toValue()))));
        request.resume();
    }

    private static boolean isTooLarge(String contentLength) {
        try {
            return Long.parseLong(contentLength) > RequestText.BODY_BYTES_MAX;
        } catch (NumberFormatException e) {
            // The server refuses it.
            return false;
        }
    }
}
