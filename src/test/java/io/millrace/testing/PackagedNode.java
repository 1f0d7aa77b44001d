package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Value;
import io.millrace.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The packaged application as a process of its own, over one folder: started, killed, started
/// again. Used by one thread.
public final class PackagedNode {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Path RUNNER = Path.of("target/quarkus-app/quarkus-run.jar");
    private static final Pattern LISTENS =
            Pattern.compile("Listening on: http://[^:\\s]+:(\\d+)\\D");

    private final Path folder;
    private final String bootstrapServers;
    private final List<String> options;
    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Process process;
    private int port;

    /// @param options of the JVM, settings as `-Dname=value` among them
    public PackagedNode(Path folder, String bootstrapServers, List<String> options) {
        this.folder = folder;
        this.bootstrapServers = bootstrapServers;
        this.options = List.copyOf(options);
    }

    /// One that is killed soon, and mostly starts: with the quick compiler only.
    public static PackagedNode ofShortLife(Path folder, String bootstrapServers) {
        return new PackagedNode(folder, bootstrapServers, List.of("-XX:TieredStopAtLevel=1"));
    }

    /// Where it listens since the last start.
    public int port() {
        return port;
    }

    /// Starts the application and waits until it answers.
    public void start() throws IOException {
        Path log = folder.resolve("node.log");
        long logged = Files.exists(log) ? Files.size(log) : 0;
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(
                List.of("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.add("-Dquarkus.http.port=0");
        command.add("-Dkafka.bootstrap.servers=" + bootstrapServers);
        command.add("-Dmillrace.data-dir=" + folder.resolve("data"));
        command.add("-Dmillrace.definitions-dir=" + folder.resolve("definitions"));
        // Tests read the topics once it has ended.
        command.add("-Dmillrace.publish.drain-timeout=20s");
        command.addAll(options);
        command.addAll(List.of("-jar", RUNNER.toString()));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        await("the application listens", () -> listens(log, logged));
        await("the application answers", () -> get("/indexes").statusCode() == 200);
    }

    /// Waits until a table is being copied, or has been.
    public void awaitCopy(String index) {
        await(
                index + " copies its table",
                () ->
                        status(index).get("source") instanceof Value.Obj source
                                        && source.get("progress") instanceof Value.Obj
                                || status(index).get("documents") instanceof Value.Int(long count)
                                        && count > 0);
    }

    /// Waits until an index shows everything that a database committed before a place in its log.
    ///
    /// @param patience how long, by how much of the log it may have to read
    public void awaitLsn(String index, String source, String lsn, Duration patience) {
        await(
                patience,
                index + " shows source " + source + " at " + lsn,
                () ->
                        get("/indexes/%s/search?limit=0&atLeast=%s:%s"
                                                .formatted(index, source, lsn))
                                        .statusCode()
                                == 200);
    }

    /// Waits until a file has been read to its end.
    public void awaitFileRead(String index) {
        await(
                index + " has read its file",
                () ->
                        status(index).get("source") instanceof Value.Obj source
                                && Value.of("done").equals(source.get("state")));
    }

    /// Waits until so many documents are visible.
    public void awaitCount(String index, long documents) {
        await(index + " shows %d documents".formatted(documents), () -> count(index) == documents);
    }

    private Value.Obj status(String index) {
        return body("/indexes/" + index + "/status");
    }

    /// Ends the process as a power switch would: no shutdown hook runs.
    public void kill() throws InterruptedException {
        Process running = running();
        running.destroyForcibly();
        assertTrue(running.waitFor(60, TimeUnit.SECONDS), "killed process is still there");
        process = null;
    }

    /// Asks the process to end and waits for it.
    public void stop() throws InterruptedException {
        if (process == null) {
            return;
        }
        Process running = process;
        running.destroy();
        if (!running.waitFor(60, TimeUnit.SECONDS)) {
            running.destroyForcibly();
            throw new AssertionError("no clean stop within 60 s, see " + folder);
        }
        process = null;
    }

    /// Waits until the newest commit has read the topic up to these next offsets.
    public void awaitCheckpoint(String index, String topic, Map<Integer, Long> ends) {
        await(
                "the newest commit of " + index + " is at " + ends,
                () -> {
                    Value positions = newestCommit(index).get("checkpoint");
                    return ends.entrySet().stream()
                            .allMatch(end ->
                                    positions instanceof Value.Obj streams
                                            && streams.get(topic) instanceof Value.Obj partitions
                                            && Value.of(end.getValue())
                                                    .equals(
                                                            partitions.get(
                                                                    end.getKey().toString())));
                });
    }

    private Value.Obj newestCommit(String index) {
        Value commits = body("/indexes/" + index + "/commits").get("commits");
        if (commits instanceof Value.Array(List<Value> items)
                && !items.isEmpty()
                && items.getFirst() instanceof Value.Obj newest) {
            return newest;
        }
        throw new IllegalStateException("no commits yet: " + commits);
    }

    /// The exact total of everything in the index.
    public long count(String index) {
        Value total = body("/indexes/" + index + "/search?limit=0").get("total");
        return total instanceof Value.Int(long count) ? count : -1;
    }

    private Value.Obj body(String path) {
        HttpResponse<byte[]> response = get(path);
        if (response.statusCode() != 200) {
            throw new IllegalStateException(path + " answers " + response.statusCode());
        }
        return (Value.Obj) Json.parse(response.body());
    }

    private HttpResponse<byte[]> get(String path) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException e) {
            throw new IllegalStateException("not listening yet", e);
        } catch (IOException e) {
            throw new IllegalStateException(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void await(String what, BooleanSupplier condition) {
        await(PATIENCE, what, condition);
    }

    /// Asks again until it holds; what is not ready yet may throw IllegalStateException.
    private void await(Duration patience, String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!holds(condition)) {
            assertTrue(running().isAlive(), () -> "process ended, see " + folder + "/node.log");
            assertTrue(
                    System.nanoTime() < deadline,
                    () -> "waited " + patience + " until " + what + ", see " + folder);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static boolean holds(BooleanSupplier condition) {
        try {
            return condition.getAsBoolean();
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private Process running() {
        if (process == null) {
            throw new AssertionError("the application is not started");
        }
        return process;
    }

    /// Any free port, chosen by the application, which tells it: nobody else can take it before.
    private boolean listens(Path log, long from) {
        try {
            byte[] bytes = Files.readAllBytes(log);
            Matcher told =
                    LISTENS.matcher(
                            new String(
                                    bytes,
                                    Math.toIntExact(from),
                                    bytes.length - Math.toIntExact(from),
                                    UTF_8));
            if (told.find()) {
                port = Integer.parseInt(told.group(1));
                return true;
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
