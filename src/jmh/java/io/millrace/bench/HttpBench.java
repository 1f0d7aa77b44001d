package io.millrace.bench;

import io.millrace.testing.NodeOfTests;
import io.millrace.testing.PackagedNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Searches over HTTP: the packaged application as a process of its own, with its cache of answers
/// off, next to what the same server answers to a question that needs no work. Clients and server
/// share the processors, so the empty question says where the limit is.
///
/// The index is read from a file and merged into one segment.
final class HttpBench implements BenchGroup {
    private static final List<Integer> CLIENTS = List.of(1, 8, 64);
    private static final String EMPTY = "/q/health/live";
    private static final String DEFINITION =
            """
            name: media
            key: id
            fields:
              id: { type: long }
              user: { type: keyword }
              nsfw: { type: keyword }
              type: { type: keyword }
              tags: { type: keyword, multi: true }
              reactions: { type: long }
              ts: { type: timestamp, unit: seconds }
              title: { type: text }
            source: { file: { path: media.ndjson, format: ndjson } }
            """;

    @Override
    public String name() {
        return "http";
    }

    @Override
    public String summary() {
        return "filter-count, filter-sort, bm25-or over HTTP with 1, 8 and 64 clients, next to an"
                + " empty answer of the same server";
    }

    @Override
    public void run(BenchRun run) throws IOException, InterruptedException {
        Path folder = run.freshFolder("http");
        Path files = Files.createDirectories(folder.resolve("files"));
        write(
                MediaFile.of(
                        Objects.requireNonNull(folder.getParent()), run.seed(), run.documents()),
                files.resolve("media.ndjson"));
        Files.writeString(
                Files.createDirectories(folder.resolve("definitions")).resolve("media.yaml"),
                DEFINITION);
        NodeOfTests.createTopics("millrace.commits", "millrace.merges", "millrace.dead-letters");
        PackagedNode node =
                new PackagedNode(
                        folder,
                        NodeOfTests.bootstrapServers(),
                        List.of(
                                "-Dmillrace.files-dir=" + files,
                                "-Dmillrace.search.cache-bytes-max=0"));
        node.start();
        try {
            node.awaitFileRead("media");
            node.awaitCount("media", run.documents());
            merge(node.port());
            measure(run, node.port());
        } finally {
            node.stop();
            BenchRun.deleteAll(folder);
        }
    }

    private static void measure(BenchRun run, int port) throws InterruptedException {
        Map<String, List<String>> asked = new LinkedHashMap<>();
        List<DrawnQuery> drawn = DrawnQuery.draw(run.seed(), run.queries());
        asked.put("filter-count", drawn.stream().map(query -> search(query) + "&limit=0").toList());
        asked.put(
                "filter-sort",
                drawn.stream()
                        .map(query ->
                                search(query)
                                        + "&sort=-reactions&limit="
                                        + QueryWorkload.SORTED_HITS)
                        .toList());
        asked.put(
                "bm25-or",
                drawn.stream()
                        .map(query ->
                                "/indexes/media/search?q="
                                        + encoded(query.word() + " " + query.otherWord())
                                        + "&limit="
                                        + QueryWorkload.SCORED_HITS)
                        .toList());
        try (HttpClients clients = new HttpClients(port)) {
            for (int count : CLIENTS) {
                HttpClients.Figures empty = clients.ask(List.of(EMPTY), count);
                for (Map.Entry<String, List<String>> workload : asked.entrySet()) {
                    if (!run.wants(workload.getKey())) {
                        continue;
                    }
                    HttpClients.Figures figures = clients.ask(workload.getValue(), count);
                    String name = "http-%s-%d".formatted(workload.getKey(), count);
                    run.report(
                            name + "-throughput",
                            figures.perSecond(),
                            empty.perSecond(),
                            "queries/s",
                            true);
                    run.report(name + "-p50", figures.p50Micros(), empty.p50Micros(), "µs", false);
                    run.report(name + "-p99", figures.p99Micros(), empty.p99Micros(), "µs", false);
                }
            }
        }
    }

    private static String search(DrawnQuery query) {
        return "/indexes/media/search?filter="
                + encoded("tags:eq:" + query.tag())
                + "&filter="
                + encoded("nsfw:eq:" + query.nsfw());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static void write(MediaFile data, Path file) throws IOException {
        MediaRecord media = new MediaRecord();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            for (int slice = 0; slice < data.sliceCount(); slice++) {
                ByteBuffer in = data.slice(slice);
                while (in.hasRemaining()) {
                    media.read(in);
                    out.write(media.json);
                    out.write('\n');
                }
            }
        }
    }

    private static void merge(int port) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri =
                    URI.create(
                            "http://localhost:%d/indexes/media/merge?segments=1&wait=true&timeout=60s"
                                    .formatted(port));
            HttpRequest request =
                    HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.noBody()).build();
            HttpResponse<String> response =
                    http.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println("merged: " + response.body().strip());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("merge answers " + response.statusCode());
            }
        }
    }
}
