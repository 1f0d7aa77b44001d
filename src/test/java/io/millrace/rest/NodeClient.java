package io.millrace.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.document.Value;
import io.millrace.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.config.ConfigProvider;

/// Talks to the node under test. May be shared between threads.
final class NodeClient {
    private final HttpClient client;

    NodeClient() {
        this(HttpClient.newHttpClient());
    }

    private NodeClient(HttpClient client) {
        this.client = client;
    }

    /// With HTTP/1.1 each request that is under way has a connection of its own, with HTTP/2 all
    /// share one, which is open.
    static NodeClient of(HttpClient.Version version) {
        NodeClient made = new NodeClient(HttpClient.newBuilder().version(version).build());
        assertEquals(version, made.get("/q/health/live").version());
        return made;
    }

    /// Closes all connections, whatever is under way.
    void leave() {
        client.shutdownNow();
    }

    HttpResponse<String> get(String path) {
        return send(request(path).build());
    }

    HttpResponse<String> post(String path) {
        return send(request(path).POST(BodyPublishers.noBody()).build());
    }

    HttpResponse<String> putYaml(String path, String yaml) {
        return send("PUT", path, "application/yaml", BodyPublishers.ofString(yaml));
    }

    HttpResponse<String> send(String method, String path, String type, BodyPublisher body) {
        return send(request(path).header("Content-Type", type).method(method, body).build());
    }

    CompletableFuture<HttpResponse<String>> sendAsync(
            String method, String path, String type, BodyPublisher body) {
        return client.sendAsync(
                request(path).header("Content-Type", type).method(method, body).build(),
                BodyHandlers.ofString());
    }

    /// Pushes lines to an index.
    ///
    /// @param parameters of the request, with the question mark
    HttpResponse<String> push(String index, String lines, String parameters) {
        return send(pushing(index, BodyPublishers.ofString(lines), parameters));
    }

    CompletableFuture<HttpResponse<String>> pushAsync(
            String index, BodyPublisher lines, String parameters) {
        return client.sendAsync(pushing(index, lines, parameters), BodyHandlers.ofString());
    }

    private static HttpRequest pushing(String index, BodyPublisher lines, String parameters) {
        return request("/indexes/" + index + "/documents" + parameters)
                .header("Content-Type", "application/x-ndjson")
                .POST(lines)
                .build();
    }

    static Value.Obj json(HttpResponse<String> answer) {
        return (Value.Obj) Json.parse(answer.body().getBytes(UTF_8));
    }

    static List<Value> items(Value.Obj answer, String name) {
        return ((Value.Array) Objects.requireNonNull(answer.get(name), answer.toString())).items();
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpRequest.Builder request(String path) {
        String base = ConfigProvider.getConfig().getValue("test.url", String.class);
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60));
    }
}
