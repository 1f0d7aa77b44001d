package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hits show the words that made them hits, and no others.
class HighlightTest {
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.KEYWORD),
                            Field.of("body", FieldType.TEXT).withAnalyzer("english").asMulti()));

    @TempDir Path folder;

    private Map<String, List<String>> highlights(String text, String query, String more)
            throws IOException {
        return highlights(List.of(text), query, more);
    }

    private Map<String, List<String>> highlights(List<String> texts, String query, String more)
            throws IOException {
        try (Corpus corpus = new Corpus(SCHEMA, Files.createTempDirectory(folder, "c"))) {
            corpus.upsert(
                    new Value.Obj(
                            Map.of(
                                    "id",
                                    Value.of("a"),
                                    "body",
                                    new Value.Array(texts.stream().map(Value::of).toList()))));
            corpus.commit();
            String body =
                    "{\"query\": %s, \"highlight\": {\"fields\": [\"body\"]%s}}"
                            .formatted(query.replace('\'', '"'), more.replace('\'', '"'));
            SearchRequest request =
                    new QueryParser(SCHEMA, Instant.EPOCH)
                            .parse(Json.parse(body.getBytes(StandardCharsets.UTF_8)));
            return corpus.searcher().search(request).hits().getFirst().highlights();
        }
    }

    private void assertMarked(String expected, String text, String query) throws IOException {
        assertEquals(
                Map.of("body", List.of(expected)),
                highlights(text, query, ", 'pre': '<', 'post': '>', 'fragments': 0"));
    }

    @Test
    void wordsPhrasesBeginningsAndMisspelledWordsAreMarked() throws IOException {
        String text = "Ships run; the ship is running off the coasts of Alaska, off Alaska.";
        assertMarked(
                "<Ships> run; the <ship> is running off the coasts of Alaska, off Alaska.",
                text,
                "{'match': {'body': 'ship'}}");
        assertMarked(
                "Ships <run>; the ship is <running> off the coasts of Alaska, off Alaska.",
                text,
                "{'match': {'body': 'runs'}}");
        assertMarked(
                "Ships run; the ship is running off the coasts of Alaska, <off> <Alaska>.",
                text,
                "{'phrase': {'body': 'off alaska'}}");
        assertMarked(
                "Ships run; the ship is running off the <coasts> of <Alaska>, off Alaska.",
                text,
                "{'phrase': {'body': {'text': 'coast alaska', 'slop': 1}}}");
        assertMarked(
                "Ships run; the ship is running off the coasts of <Alaska>, off <Alaska>.",
                text,
                "{'q': 'alas*'}");
        assertMarked(
                "Ships run; the ship is running off the coasts of <Alaska>, off <Alaska>.",
                text,
                "{'fuzzy': {'body': 'alaksa'}}");
    }

    @Test
    void whatMustNotBeMetIsNotMarked() throws IOException {
        assertMarked("a <ship> sails", "a ship sails", "{'q': 'ship -harbour'}");
        assertEquals(Map.of(), highlights("a ship sails", "{'exists': 'id'}", ""));
    }

    @Test
    void textIsEncodedForHtmlOnlyWhereThatIsAskedFor() throws IOException {
        String text = "<b>ship</b> & \"co\" isn't";
        assertEquals(
                List.of("<b><em>ship</em></b> & \"co\" isn't"),
                highlights(text, "{'q': 'ship'}", "").get("body"));
        assertEquals(
                List.of("&lt;b&gt;<em>ship</em>&lt;/b&gt; &amp; &quot;co&quot; isn&#39;t"),
                highlights(text, "{'q': 'ship'}", ", 'encode': 'html'").get("body"));
    }

    @Test
    void aLongWordBehindTheMarksOfAPieceCutsNoneOfThem() throws IOException {
        String text = "alpha of the beta-" + "x".repeat(27) + " end";
        List<String> pieces =
                Objects.requireNonNull(
                        highlights(
                                        text,
                                        "{'q': 'alpha beta " + "x".repeat(27) + "'}",
                                        ", 'length': 40")
                                .get("body"));
        assertTrue(pieces.getFirst().contains("<em>beta</em>"), pieces.toString());
        assertTrue(
                pieces.stream().anyMatch(piece -> piece.contains("<em>" + "x".repeat(27))),
                pieces.toString());
    }

    @Test
    void thePiecesWithTheMostMarksAreShownInTheirOrder() throws IOException {
        String rest = "word ".repeat(30);
        String text = "ship one " + rest + "ship and ship two " + rest + "a ship three";
        List<String> pieces =
                Objects.requireNonNull(
                        highlights(text, "{'q': 'ship'}", ", 'fragments': 2, 'length': 40")
                                .get("body"));
        assertEquals(2, pieces.size(), pieces.toString());
        assertTrue(pieces.get(0).startsWith("<em>ship</em> one"), pieces.toString());
        assertTrue(
                pieces.get(1).contains("<em>ship</em> and <em>ship</em> two"), pieces.toString());
    }

    @Test
    void eachValueOfAFieldIsATextOfItsOwn() throws IOException {
        assertEquals(
                List.of("old <em>ship</em>", "new <em>ship</em>"),
                highlights(List.of("old ship", "harbour", "new ship"), "{'q': 'ship'}", "")
                        .get("body"));
    }

    /// Without its marks a piece is a part of the text, and nothing else is lost or added.
    @Test
    void piecesArePartsOfTheText() {
        Seeded.repeat(
                20,
                random -> {
                    List<String> words = List.of("ship", "𝄞𝄞𝄞", "harbour", "x".repeat(90), "ü");
                    List<String> text = new ArrayList<>();
                    for (int i = random.nextInt(60); i >= 0; i--) {
                        text.add(words.get(random.nextInt(words.size())));
                    }
                    text.add("ship");
                    String whole = String.join(random.nextBoolean() ? " " : "-", text);
                    int length = 20 + random.nextInt(100);
                    List<String> pieces =
                            Objects.requireNonNull(
                                    highlights(
                                                    whole,
                                                    "{'q': 'ship harbour'}",
                                                    ", 'pre': '', 'post': '', 'fragments': 20, 'length': "
                                                            + length)
                                            .get("body"));
                    int at = 0;
                    for (String piece : pieces) {
                        at = whole.indexOf(piece, at);
                        assertTrue(at >= 0, piece + " is not in " + whole);
                        assertTrue(
                                piece.codePoints().noneMatch(c -> c >= 0xD800 && c < 0xE000),
                                piece);
                        at += piece.length();
                    }
                });
    }

    @Test
    void whatIsTooMuchIsRefused() {
        for (String more :
                List.of(
                        ", 'fragments': 21",
                        ", 'length': 5",
                        ", 'pre': '" + "x".repeat(65) + "'",
                        ", 'encode': 'xml'",
                        ", 'fragment': 1")) {
            assertThrows(
                    MillraceException.InvalidRequest.class,
                    () -> highlights("a ship", "{'q': 'ship'}", more));
        }
    }
}
