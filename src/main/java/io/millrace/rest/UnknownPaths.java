package io.millrace.rest;

import io.millrace.json.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/// Paths that no resource knows: the last route answers them with a [Problem].
public final class UnknownPaths {

    void addLastRoute(@Observes Router router) {
        router.route("/indexes/*").last().handler(UnknownPaths::answer);
    }

    private static void answer(RoutingContext context) {
        String path = String.valueOf(context.request().path());
        Problem problem = Problem.of("not-found", "not found", 404, "nothing at " + path, path);
        context.response()
                .setStatusCode(problem.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(Buffer.buffer(Json.bytes(problem.toValue())));
    }
}
