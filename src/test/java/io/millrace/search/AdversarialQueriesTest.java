package io.millrace.search;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.testing.Seeded;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests made to hurt are answered or refused, within two seconds of work and 64 MiB.
class AdversarialQueriesTest {
    private static final int DOCUMENTS = 2_000;
    private static final long NANOS_MAX = Duration.ofSeconds(2).toNanos();
    private static final long BYTES_MAX = 64L << 20;

    private static final List<String> ORDERED =
            List.of("felt", "magnitude", "status", "net", "marks", "time", "day", "loss");

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir Path folder;

    @Test
    void noRequestTakesMoreThanItMay() {
        Seeded.once(random -> {
            RandomQuakes quakes = new RandomQuakes(random, DOCUMENTS);
            try (Corpus corpus = new Corpus(RandomQuakes.SCHEMA, folder)) {
                for (int i = 0; i < DOCUMENTS; i++) {
                    corpus.upsert(quakes.document());
                    if (i % 700 == 0) {
                        corpus.commit();
                    }
                }
                corpus.commit();
                Searcher searcher = corpus.searcher();
                QueryParser parser = new QueryParser(corpus.schema(), Instant.EPOCH);
                List<String> requests = requests();
                assertEquals(100, requests.size());
                int answered = 0;
                for (String request : requests) {
                    answered += isAnswered(searcher, parser, request) ? 1 : 0;
                }
                assertTrue(answered > 50, answered + " of 100 were answered");
            }
        });
    }

    private boolean isAnswered(Searcher searcher, QueryParser parser, String request) {
        byte[] json = request.getBytes(UTF_8);
        SearchBudget budget = new SearchBudget(System::nanoTime, Duration.ofSeconds(20), BYTES_MAX);
        long nanos = threads.getCurrentThreadCpuTime();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        boolean answered;
        try {
            Value body = Json.parse(json);
            budget.during(() -> searcher.search(parser.parse(body)));
            answered = true;
        } catch (InvalidRequest e) {
            answered = false;
        }
        nanos = threads.getCurrentThreadCpuTime() - nanos;
        bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
        String shown = request.substring(0, Math.min(200, request.length()));
        assertTrue(nanos <= NANOS_MAX, () -> "too long: " + shown);
        long allocated = bytes;
        assertTrue(allocated <= BYTES_MAX, () -> allocated + " bytes for " + shown);
        return answered;
    }

    private static List<String> requests() {
        List<String> requests = new ArrayList<>();
        for (int depth : new int[] {8, 16, 30, 31, 32, 33, 64, 400}) {
            requests.add(filter("{\"not\":".repeat(depth) + exists("felt") + "}".repeat(depth)));
            requests.add(filter("{\"and\":[".repeat(depth) + exists("felt") + "]}".repeat(depth)));
        }
        for (int count : new int[] {100, 500, 1_000, 1_023, 5_000}) {
            requests.add(filter(many("or", count, i -> range("felt", i - 500))));
            requests.add(filter(many("and", count, i -> range("magnitude", -i))));
            requests.add(filter(many("or", count, i -> "{\"not\":" + range("felt", i) + "}")));
            requests.add(filter(many("or", count, i -> exists(ORDERED.get(i % ORDERED.size())))));
            requests.add(query(many("or", count, i -> match("quake north alaska of the"))));
            requests.add(query(many("and", count, i -> match("quake"))));
        }
        for (int count : new int[] {100, 1_000, 9_999, 10_001}) {
            requests.add(filter(in("felt", count, i -> Integer.toString(i))));
            requests.add(filter(in("status", count, i -> "\"" + "a".repeat(i % 50) + "\"")));
            requests.add(filter(in("_key", count, i -> "\"q" + i + "\"")));
            requests.add(filter("{\"not\":" + in("net", count, i -> "\"x" + i + "\"") + "}"));
        }
        for (String pattern :
                List.of(
                        "*",
                        "?*",
                        "*a*b*c*",
                        "*?*?*?*?*",
                        "**********",
                        "a?????????????*b",
                        "*a?".repeat(12),
                        "?".repeat(200),
                        "*".repeat(200),
                        "*ä*😀*")) {
            requests.add(filter("{\"wildcard\":{\"status\":\"" + pattern + "\"}}"));
            requests.add(filter("{\"not\":{\"wildcard\":{\"id\":\"" + pattern + "\"}}}"));
        }
        for (String field : ORDERED) {
            requests.add("{\"sort\":\"-%s\",\"limit\":10000}".formatted(field));
        }
        requests.add("{\"sort\":[%s],\"limit\":10000}".formatted(quoted(ORDERED)));
        requests.add("{\"sort\":[%s],\"limit\":1,\"offset\":9999}".formatted(quoted(ORDERED)));
        requests.add(
                "{\"query\":%s,\"sort\":[\"-_score\",%s],\"limit\":9999}"
                        .formatted(match("quake coast sea"), quoted(ORDERED.subList(0, 7))));
        requests.add(query(match("quake ".repeat(1_365))));
        requests.add(query(match("q ".repeat(4_095))));
        requests.add(query(match(words(1_300))));
        requests.add(
                "{\"limit\":10000,\"fields\":[%s]}"
                        .formatted(
                                IntStream.range(0, 256)
                                        .mapToObj(i -> "\"a.b" + i + "\"")
                                        .collect(Collectors.joining(","))));
        requests.add("{\"limit\":10000}");
        requests.add(filter("{\"prefix\":{\"status\":\"\"}}"));
        requests.add(filter("{\"prefix\":{\"id\":\"q\"}}"));
        return requests;
    }

    private static String words(int count) {
        return IntStream.range(0, count).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
    }

    private static String filter(String clause) {
        return "{\"filter\":" + clause + ",\"limit\":100}";
    }

    private static String query(String clause) {
        return "{\"query\":" + clause + ",\"limit\":100}";
    }

    private static String many(String label, int count, IntFunction<String> clause) {
        return IntStream.range(0, count)
                .mapToObj(clause)
                .collect(Collectors.joining(",", "{\"" + label + "\":[", "]}"));
    }

    private static String in(String field, int count, IntFunction<String> value) {
        return IntStream.range(0, count)
                .mapToObj(value)
                .collect(Collectors.joining(",", "{\"in\":{\"" + field + "\":[", "]}}"));
    }

    private static String range(String field, int above) {
        return "{\"range\":{\"%s\":{\"gte\":%d}}}".formatted(field, above);
    }

    private static String exists(String field) {
        return "{\"exists\":\"" + field + "\"}";
    }

    private static String match(String text) {
        return "{\"match\":{\"place\":\"" + text + "\"}}";
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> "\"" + name + "\"").collect(Collectors.joining(","));
    }
}
