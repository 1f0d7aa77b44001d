package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.Fuzzing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a person types finds what the syntax says, and what is wrong is shown where it stands.
class QueryStringTest {
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.KEYWORD),
                            Field.of("title", FieldType.TEXT),
                            Field.of("body", FieldType.TEXT).withAnalyzer("english"),
                            Field.of("net", FieldType.KEYWORD),
                            Field.of("year", FieldType.LONG)));

    @TempDir Path folder;
    private Corpus corpus;

    @BeforeEach
    void fill() throws IOException {
        corpus = new Corpus(SCHEMA, folder);
        add("a", "Alaska coast", "far off the coast", "us", 1990);
        add("b", "Coast guard", "the guards of Alaska", "uw", 2000);
        add("c", "Harbour", "ships and more", "us-east", 2010);
        add("d", "Alaskan harbour", "nothing", "*star", 2020);
        corpus.commit();
    }

    private void add(String id, String title, String body, String net, int year)
            throws IOException {
        corpus.upsert(
                new Value.Obj(
                        Map.of(
                                "id", Value.of(id),
                                "title", Value.of(title),
                                "body", Value.of(body),
                                "net", Value.of(net),
                                "year", Value.of(year))));
    }

    @AfterEach
    void close() {
        corpus.close();
    }

    private static Query parse(String q) {
        return new QueryParser(SCHEMA, Instant.EPOCH)
                .parse(Map.of("q", List.of(q)))
                .query()
                .orElseThrow();
    }

    private List<String> found(String q) {
        return corpus
                .searcher()
                .search(SearchRequest.builder().query(parse(q)).build())
                .hits()
                .stream()
                .map(hit -> hit.key().toString())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "alaska, a b",
                "alaska harbour, a b c d",
                "alaska OR harbour, a b c d",
                "alaska || ships, a b c",
                "alaska AND coast, a b",
                "alaska && off, a",
                "+alaska coast, a b",
                "+alaska +off, a",
                "alaska -off, b",
                "alaska NOT off, b",
                "alaska !off, b",
                "-alaska, c d",
                "ships alaska AND off, a c",
                "(ships OR alaska) AND off, a",
                "(alaska ships) -(off OR more), b",
                "title:alaska, a",
                "title:(coast harbour), a b c d",
                "title:(coast -guard), a",
                "'\"alaska coast\"', a",
                "'\"coast alaska\"', ''",
                "'\"coast alaska\"~2', a",
                "'body:\"guards of alaska\"', b",
                "alas*, a b d",
                "ALAS*, a b d",
                "title:alas*, a d",
                "alaksa~, a b d",
                "alaksa~1, a b",
                "alaksa~0, ''",
                "net:us, a",
                "net:us*, a c",
                "net:u?, a b",
                "'net:\\*star', d",
                "'net:\"us-east\"', c",
                "net:(us OR uw), a b",
                "year:2000, b",
                "year:[2000 TO 2010], b c",
                "year:{2000 TO 2010], c",
                "year:[2000 TO 2010}, b",
                "year:[* TO 2000}, a",
                "year:{2010 TO *], d",
                "year:[* TO *], a b c d",
                "year:*, a b c d",
                "*, a b c d",
                "*:*, a b c d",
                "*:* -alaska, c d",
                "+the +alaska, a b",
                "the, ''",
                "off - coast, a b",
                "alaska\\ coast, a b",
                "off-coast, a b",
                "'AND\\ ', ''",
            })
    void aQueryStringFindsWhatItSays(String q, String expected) {
        assertEquals(expected, String.join(" ", found(q).stream().sorted().toList()), q);
    }

    @Test
    void boostsInsideEachOtherStayNumbers() {
        String q = "alaska";
        for (int i = 0; i < 7; i++) {
            q = "(" + q + "^1000000)";
        }
        SearchRequest request =
                new QueryParser(SCHEMA, RandomQuakes.NOW).parse(Map.of("q", List.of(q)));
        List<SearchResult.Hit> hits = corpus.searcher().search(request).hits();
        assertEquals(2, hits.size());
        for (SearchResult.Hit hit : hits) {
            assertTrue(Double.isFinite(Objects.requireNonNull(hit.score())), hit::toString);
        }
    }

    @Test
    void boostsMakeWhatTheyStandBehindWeighMore() {
        assertEquals(List.of("a", "b", "c"), found("(title:coast)^9 ships^0.01").subList(0, 3));
        assertEquals("c", found("title:coast^0.01 ships^9").getFirst());
        assertEquals("c", found("(title:coast alaska)^0.01 ships").getFirst());
    }

    @Test
    void wordsAloneAreOneMatchOfEachTextField() {
        assertEquals(
                new Query.Or(
                        List.of(
                                MatchQueries.any(SCHEMA.fields().get(1), "alaska off coast"),
                                MatchQueries.any(SCHEMA.fields().get(2), "alaska off coast"))),
                parse("alaska  off coast"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "(alaska|column 8: the end, expected )",
                "alaska)|column 7: a ) without a ( in front of it, expected the end",
                "()|column 2: ), expected a word or \"a phrase\" or ( or field:",
                "'alaska \"off coast'|column 8: a \" without a second one, expected \"a phrase\"",
                "alaska OR|column 10: the end, expected a word or \"a phrase\" or ( or field:",
                "alaska AND|column 11: the end, expected a word or \"a phrase\" or ( or field:",
                "OR alaska|column 1: an operator without something in front of it, expected a word",
                "a AND OR b|column 7: an operator without something in front of it, expected a word",
                "title:|column 7: the end, expected a word or \"a phrase\" or ( or field:",
                "tilte:a|'column 1: field \"tilte\" is not declared for search; did you mean"
                        + " \"title\"?'",
                "year:[2000 TO|column 14: the end, expected a value or *",
                "year:[2000 2010]|column 12: 2, expected TO",
                "year:[2000 TO 2010 x|column 20: x, expected ] or }",
                "[a TO b]|column 1: [, expected a word or \"a phrase\" or ( or field:",
                "alaska^|'column 8: a boost of \"\", expected a number above 0 and at most 1000000'",
                "alaska^0|'column 8: a boost of \"0\", expected a number above 0 and at most"
                        + " 1000000'",
                "alaska~3|'column 8: 3 edits, expected 0, 1 or 2'",
                "'\"a b\"~9999'|column 7: a slop of \"9999\", expected 0 to 1000",
                "al*ska|column 1: \"al*ska\", expected a * only at the end of a word of a text field",
                "ok *laska|column 4: \"*laska\", expected a * only at the end of a word of a text"
                        + " field",
                "net:us~|column 5: field \"net\" is keyword: ~ needs a text or string field",
                "'a \\'|column 4: a \\ at the end, expected the character that it takes as it is",
                "*:x|'column 3: *:x, expected *:* for all documents'",
            })
    void whatIsWrongIsShownWhereItStands(String q, String message) {
        MillraceException.InvalidRequest refusal =
                assertThrows(MillraceException.InvalidRequest.class, () -> parse(q));
        assertEquals("q", refusal.pointer());
        assertEquals(message, refusal.getMessage());
    }

    @Test
    void whatIsTooMuchIsRefused() {
        for (String q :
                List.of(
                        "(".repeat(100) + "a" + ")".repeat(100),
                        "+a ".repeat(2_000),
                        "alaksa~ ".repeat(40),
                        "a".repeat(SearchLimits.TEXT_CHARS_MAX + 1))) {
            assertThrows(MillraceException.InvalidRequest.class, () -> parse(q));
        }
    }

    @Test
    void anythingTypedIsReadOrRefused() {
        List<byte[]> corpus = new ArrayList<>();
        for (String q :
                List.of(
                        "alaska OR (coast AND -off) title:\"far off\"~3^2 year:[1990 TO *}",
                        "+net:us* !body:alas* \\(x\\) alaksa~1 *:* {a TO b} && || a^0.5",
                        "year:{2000 TO \"2010\"] net:\"us-east\" (((a b) c) d)")) {
            corpus.add(q.getBytes(StandardCharsets.UTF_8));
        }
        Fuzzing.run(
                "query string",
                corpus,
                UnaryOperator.identity(),
                8L << 20,
                bytes -> {
                    String q = new String(bytes, StandardCharsets.UTF_8);
                    assertTrue(q.isBlank() || parse(q) != null);
                });
    }
}
