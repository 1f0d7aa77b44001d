package io.millrace.search;

import io.millrace.document.Analysis;
import io.millrace.document.OwnAnalyzer;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.testing.Fuzzing;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is asked is answered or refused as a request that is wrong, within a bound of time and
/// memory.
class QueryFuzzTest {
    private static final int DOCUMENTS = 300;
    private static final int REQUESTS = 40;

    private static final OwnAnalyzer SYNONYMS =
            new OwnAnalyzer(
                    Analysis.of("english"),
                    List.of("quake, deep sea", "alaska => far north", "of the coast, x, sea"));

    private static final List<String> NAMES =
            List.of(
                    "and",
                    "or",
                    "not",
                    "eq",
                    "in",
                    "range",
                    "match",
                    "gte",
                    "lt",
                    "field",
                    "type",
                    "limit",
                    "interval",
                    "offset",
                    "minCount",
                    "after",
                    "order",
                    "facets",
                    "ranges",
                    "status",
                    "marks",
                    "magnitude",
                    "loss",
                    "time",
                    "day",
                    "_key",
                    "");

    private static final List<Value> VALUES =
            List.of(
                    Value.NULL,
                    Value.of(0),
                    Value.of(-1),
                    Value.of(Long.MAX_VALUE),
                    Value.of(Long.MIN_VALUE),
                    Value.of(1e300),
                    Value.of(Double.MIN_VALUE),
                    new Value.Decimal(new BigDecimal("1e-999999")),
                    new Value.Decimal(new BigDecimal("-1e9999")),
                    Value.of(""),
                    Value.of("now+99999999y/M"),
                    Value.of("-999999999-01-01||/w"),
                    Value.of("+999999999-12-31"),
                    Value.of("*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*"),
                    Value.of("\ud800"),
                    Value.of("year"),
                    Value.of("1ms"),
                    Value.of("time"),
                    Value.of("day"),
                    Value.of("loss"),
                    new Value.Array(List.of()),
                    Value.Obj.EMPTY);

    @TempDir Path folder;

    @Test
    void aDamagedRequestIsAnsweredOrRefused() throws IOException {
        RandomQuakes quakes = new RandomQuakes(new SplittableRandom(1), DOCUMENTS);
        try (Corpus corpus = new Corpus(RandomQuakes.SCHEMA, folder)) {
            for (int i = 0; i < DOCUMENTS; i++) {
                corpus.upsert(quakes.document());
                if (i % 100 == 0) {
                    corpus.commit();
                }
            }
            corpus.commit();
            Searcher searcher = corpus.searcher();
            QueryParser parser =
                    new QueryParser(
                            corpus.schema(),
                            RandomQuakes.NOW,
                            new OwnAnalyzers(Map.of("own", SYNONYMS), Map.of("place", "own")));
            List<byte[]> corpusOfRequests = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                corpusOfRequests.add(Json.bytes(quakes.request()));
            }
            corpusOfRequests.add(
                    """
                    {"filter": {"and": [{"wildcard": {"status": "*a?b*"}},
                     {"range": {"time": {"gte": "now-7d/d", "lt": "1970-01-01||+1M"}}}]},
                     "facets": {"seen": {"type": "histogram", "interval": "week",
                      "timeZone": "Europe/Berlin", "offset": "6h", "minCount": 0},
                      "loss": {"type": "histogram", "interval": 1e-9, "offset": 0.5},
                      "net": {"order": "value", "after": "a", "prefix": "a", "limit": 10}}}
                    """
                            .getBytes(StandardCharsets.UTF_8));
            Fuzzing.run(
                    "query, JSON",
                    corpusOfRequests,
                    // Most damaged texts are no JSON; those are tried as well.
                    text -> rearranged(corpusOfRequests, text),
                    // Hits, and what facets count.
                    32 << 20,
                    text -> {
                        Value body = Json.parse(text);
                        searcher.search(parser.parse(body));
                    });
        }
    }

    /// Some request, of which a part is another one: a value, or a part of another request. Which
    /// ones depends on the text alone, so that the seed of a run replays it.
    private static byte[] rearranged(List<byte[]> requests, byte[] text) {
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(text));
        Value request = Json.parse(requests.get(random.nextInt(requests.size())));
        for (int i = random.nextInt(3); i >= 0; i--) {
            Value donor = Json.parse(requests.get(random.nextInt(requests.size())));
            request = replaced(request, part(donor, random), random);
        }
        return Json.bytes(request);
    }

    private static Value replaced(Value value, Value by, SplittableRandom random) {
        return switch (value) {
            case Value.Obj object when !object.members().isEmpty() && random.nextInt(6) > 0 -> {
                Map<String, Value> members = new LinkedHashMap<>(object.members());
                String name = any(List.copyOf(members.keySet()), random);
                switch (random.nextInt(10)) {
                    case 0 -> members.remove(name);
                    case 1 -> members.put(any(NAMES, random), members.remove(name));
                    case 2 -> members.put(any(NAMES, random), by);
                    default ->
                            members.put(
                                    name,
                                    replaced(
                                            Objects.requireNonNull(members.get(name)), by, random));
                }
                yield new Value.Obj(members);
            }
            case Value.Array(List<Value> items) when !items.isEmpty() && random.nextInt(6) > 0 -> {
                List<Value> changed = new ArrayList<>(items);
                int at = random.nextInt(items.size());
                changed.set(at, replaced(items.get(at), by, random));
                yield new Value.Array(changed);
            }
            default -> random.nextInt(3) == 0 ? by : any(VALUES, random);
        };
    }

    private static Value part(Value value, SplittableRandom random) {
        return switch (value) {
            case Value.Obj object when !object.members().isEmpty() && random.nextInt(4) > 0 ->
                    part(any(List.copyOf(object.members().values()), random), random);
            case Value.Array(List<Value> items) when !items.isEmpty() && random.nextInt(4) > 0 ->
                    part(any(items, random), random);
            default -> value;
        };
    }

    private static <T> T any(List<T> items, SplittableRandom random) {
        return items.get(random.nextInt(items.size()));
    }
}
