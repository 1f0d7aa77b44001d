package io.millrace.testing;

import io.millrace.document.Value;
import io.millrace.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Talks to a node as its users do, and expects that it does what it is asked for.
///
/// @param port where it listens on this machine
public record NodeClient(int port) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /// The answer to a GET.
    public Value.Obj get(String path) {
        return (Value.Obj) Json.parse(send("GET", path, BodyPublishers.noBody()));
    }

    public void putYaml(String path, String yaml) {
        send("PUT", path, BodyPublishers.ofString(yaml));
    }

    public void delete(String path) {
        send("DELETE", path, BodyPublishers.noBody());
    }

    /// True when the newest commit of an index has read a source up to a position, or further.
    public boolean hasCommitted(String index, String source, long position) {
        return get("/indexes/" + index + "/status").get("committed") instanceof Value.Obj streams
                && streams.get(source) instanceof Value.Obj partitions
                && partitions.get("0") instanceof Value.Int(long committed)
                && Long.compareUnsigned(committed, position) >= 0;
    }

    private byte[] send(String method, String path, BodyPublisher body) {
        try {
            HttpResponse<byte[]> answer =
                    HTTP.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://localhost:%d%s".formatted(port, path)))
                                    .timeout(Duration.ofSeconds(30))
                                    .header("Content-Type", "application/yaml")
                                    .method(method, body)
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        "%s %s: %d %s"
                                .formatted(
                                        method,
                                        path,
                                        answer.statusCode(),
                                        new String(answer.body(), StandardCharsets.UTF_8)));
            }
            return answer.body();
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
