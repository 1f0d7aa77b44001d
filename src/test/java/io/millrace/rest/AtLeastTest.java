package io.millrace.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.MillraceException.InvalidRequest.Reason;
import io.millrace.catalog.DefinitionParser;
import io.millrace.catalog.IndexDefinition;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.document.Value.Obj;
import io.millrace.json.Json;
import io.millrace.node.LuceneAnalyzers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtLeastTest {
    private static final IndexDefinition TRACKS =
            definition("source: { postgres: { source: shop, table: track } }");
    private static final IndexDefinition QUAKES =
            definition("key: id\nsource: { kafka: { topic: quakes } }");
    private static final IndexDefinition NOTES = definition("key: id\nsource: push");

    @Test
    void parametersNameAnAnswerRecordsOrPlacesInALog() {
        assertEquals(new Wanted.Anything(), parameters());
        assertEquals(new Wanted.OfAnswer("MTo4OGNi"), parameters("MTo4OGNi"));
        assertEquals(
                new Wanted.Records(Map.of("quakes", Map.of(0, 1707L, 1, 9L))),
                parameters("quakes:0:1707", "quakes:1:9", "quakes:0:3"));
        assertEquals(
                new Wanted.LogPlaces(Map.of("shop", 0x16_B374_D848L)),
                parameters("shop:16/B374D848", "shop:16/b374d847"));
    }

    @Test
    void bodiesNameTheSame() {
        assertEquals(new AtLeast(new Wanted.Anything(), Duration.ofSeconds(5)), body("{}"));
        assertEquals(
                new AtLeast(new Wanted.OfAnswer("MTo4OGNi"), Duration.ofSeconds(1)),
                body("{\"atLeast\":\"MTo4OGNi\",\"timeout\":\"1s\"}"));
        assertEquals(
                new Wanted.Records(Map.of("quakes", Map.of(0, 1707L))),
                body("{\"atLeast\":{\"kafka\":{\"quakes\":{\"0\":1707}}}}").wanted());
        assertEquals(
                new Wanted.LogPlaces(Map.of("shop", 0x16_B374_D848L)),
                body("{\"atLeast\":{\"postgres\":{\"shop\":\"16/B374D848\"}}}").wanted());
        assertEquals(new Wanted.Anything(), body("{\"atLeast\":{\"postgres\":{}}}").wanted());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop:",
                "shop:16",
                "shop:16/",
                "shop:/1",
                "shop:16/B374D8480",
                "shop:G/1",
                "shop:16/1:2",
                "quakes:0:",
                "quakes:-1:1",
                "shop:80000000/0"
            })
    void aParameterThatIsNeitherIsRefused(String text) {
        InvalidRequest refused = assertMalformed(() -> parameters(text));

        assertEquals("atLeast", refused.pointer());
        assertTrue(String.valueOf(refused.getMessage()).contains("expected"), text);
    }

    @Test
    void aBodyThatIsNeitherIsRefusedAtItsPlace() {
        Map.of(
                        "7", "/atLeast",
                        "{}", "/atLeast",
                        "{\"kafka\":{},\"postgres\":{}}", "/atLeast",
                        "{\"mysql\":{}}", "/atLeast",
                        "{\"postgres\":\"16/0\"}", "/atLeast",
                        "{\"postgres\":{\"shop\":16}}", "/atLeast/postgres/shop",
                        "{\"postgres\":{\"shop\":\"16\"}}", "/atLeast/postgres/shop",
                        "{\"kafka\":{\"quakes\":1}}", "/atLeast/kafka/quakes",
                        "{\"kafka\":{\"quakes\":{\"0\":-1}}}", "/atLeast/kafka/quakes/0",
                        "{\"kafka\":{\"quakes\":{\"0\":9223372036854775807}}}",
                                "/atLeast/kafka/quakes/0")
                .forEach((given, place) ->
                        assertEquals(
                                place,
                                assertMalformed(() -> body("{\"atLeast\":" + given + "}"))
                                        .pointer(),
                                given));
    }

    @Test
    void recordsAndPlacesInALogAreNotMixed() {
        assertMalformed(() -> parameters("quakes:0:1", "shop:16/B374D848"));
    }

    @Test
    void whatIsNamedIsBounded() {
        String[] many =
                IntStream.rangeClosed(0, Wanted.PLACES_MAX)
                        .mapToObj("s%d:0/1"::formatted)
                        .toArray(String[]::new);

        assertEquals(
                Reason.TOO_LARGE,
                assertThrows(InvalidRequest.class, () -> parameters(many)).reason());
    }

    @Test
    void aRecordIsHeldBehindItAndAPlaceInALogAtIt() {
        SourcePartition quakes = new SourcePartition("quakes", 0);

        assertEquals(
                Checkpoint.of(Map.of(quakes, Position.of(1708))),
                new Wanted.Records(Map.of("quakes", Map.of(0, 1707L)))
                        .checkpoint(QUAKES, Checkpoint.of(Map.of(quakes, Position.of(3)))));
        assertEquals(
                Checkpoint.of(Map.of(new SourcePartition("shop", 0), Position.of(0x16_B374_D848L))),
                new Wanted.LogPlaces(Map.of("shop", 0x16_B374_D848L)).checkpoint(TRACKS));
    }

    @Test
    void anIndexOfAnotherSourceIsRefusedWithItsName() {
        Wanted.Records records = new Wanted.Records(Map.of("quakes", Map.of(0, 1L)));
        Wanted.LogPlaces places = new Wanted.LogPlaces(Map.of("bank", 1L));

        assertRefused(
                "index i follows source shop, expected shop:LSN or",
                () -> records.checkpoint(TRACKS, Checkpoint.EMPTY));
        assertRefused(
                "index i follows source shop, not source bank", () -> places.checkpoint(TRACKS));
        assertRefused(
                "index i reads topic quakes, expected quakes:partition:offset or",
                () -> places.checkpoint(QUAKES));
        assertRefused(
                "does not read partition 0 of topic quakes",
                () -> records.checkpoint(QUAKES, Checkpoint.EMPTY));
        assertRefused("index i reads neither a topic nor a table", () -> places.checkpoint(NOTES));
        assertRefused(
                "index i reads neither a topic nor a table",
                () -> records.checkpoint(NOTES, Checkpoint.EMPTY));
    }

    private static void assertRefused(String message, Executable call) {
        InvalidRequest refused = assertMalformed(call);
        assertTrue(String.valueOf(refused.getMessage()).contains(message), refused::getMessage);
    }

    private static InvalidRequest assertMalformed(Executable call) {
        InvalidRequest refused = assertThrows(InvalidRequest.class, call);
        assertEquals(Reason.MALFORMED, refused.reason());
        return refused;
    }

    private static Wanted parameters(String... given) {
        return AtLeast.of(List.of(given), null).wanted();
    }

    private static AtLeast body(String json) {
        return AtLeast.of((Obj) Json.parse(json.getBytes(UTF_8)));
    }

    private static IndexDefinition definition(String yaml) {
        return new DefinitionParser(new LuceneAnalyzers())
                .parse("i", Json.parseYaml(yaml.getBytes(UTF_8)));
    }
}
