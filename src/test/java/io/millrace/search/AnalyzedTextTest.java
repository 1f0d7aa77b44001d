package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException;
import io.millrace.document.Analysis;
import io.millrace.document.OwnAnalyzer;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.segment.Analyzers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Analyzers are known by their names and show what they make of a text.
class AnalyzedTextTest {
    private static AnalyzedText analyzed(String body) {
        Value value = Json.parse(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        return AnalyzedText.of(LucenePair.SCHEMA, OwnAnalyzers.NONE, value);
    }

    @Test
    void termsStandWhereTheyAreInTheText() {
        assertEquals(
                new AnalyzedText(
                        "english",
                        List.of(
                                new AnalyzedText.Token("run", 0, 1, 0, 7, false),
                                new AnalyzedText.Token("coast", 3, 1, 15, 21, false))),
                analyzed("{'field': 'place', 'text': 'Running to the coasts'}"));
    }

    @ParameterizedTest
    @CsvSource({
        "german, Häuser, haus",
        "french, l’avion, avion",
        "spanish, casas, cas",
        "cjk, 日本語, 日本",
        "russian, домов, дом",
        "turkish, KIZ, kız",
        "simple, off-coast, off",
        "keyword, off-coast, off-coast",
    })
    void languagesAreAnalyzedTheirWay(String analyzer, String text, String first) {
        assertEquals(
                first,
                analyzed("{\"analyzer\": \"%s\", \"text\": \"%s\"}".formatted(analyzer, text))
                        .tokens()
                        .getFirst()
                        .term());
    }

    @Test
    void everyAnalyzerThatIsNamedCanBeMade() {
        for (String name : Analyzers.NAMES) {
            assertFalse(TextWords.of(Analyzers.named(name), "text", "Alaska 1964").isEmpty(), name);
        }
        assertThrows(IllegalArgumentException.class, () -> Analyzers.named("klingon"));
    }

    @Test
    void wordsAreLeftOutByEveryAnalyzerThatLeavesOutAny() {
        for (String name : Analyzers.NAMES) {
            Analysis analysis = Analysis.of(name).withStopwords(List.of("ALASKA"));
            if (!Analyzers.takesStopwords(name)) {
                assertThrows(IllegalArgumentException.class, () -> Analyzers.of(analysis), name);
                continue;
            }
            List<PhraseWord> words =
                    TextWords.of(Analyzers.of(analysis), "text", "Alaska the coast").words();
            assertEquals(List.of(1, 2), words.stream().map(PhraseWord::position).toList(), name);
        }
    }

    @Test
    void everyAnalyzerOfWordsTakesSynonyms() {
        for (String name : Analyzers.NAMES) {
            if (Synonyms.canBeGivenTo(name)) {
                OwnAnalyzer own = new OwnAnalyzer(Analysis.of(name), List.of("alaska, far north"));
                Synonyms synonyms = Objects.requireNonNull(Synonyms.of(own));
                assertEquals(
                        name.equals("keyword") ? 1 : 2,
                        synonyms.in("alaska", own.analysis())
                                .getFirst()
                                .others()
                                .getFirst()
                                .words()
                                .size(),
                        name);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'text': 'a'}||expected one of field and analyzer",
                "{'field': 'place', 'analyzer': 'english', 'text': 'a'}||expected one of field and"
                        + " analyzer",
                "{'field': 'place'}||no text, expected one in text",
                "{'analyzer': 'germn', 'text': 'a'}|/analyzer|unknown analyzer \"germn\", did you"
                        + " mean \"german\"?",
                "{'field': 'id', 'text': 'a'}|/field|field \"id\" is keyword: match needs a text or"
                        + " string field; eq compares whole values",
            })
    void whatIsWrongIsRefused(String body, String pointer, String message) {
        MillraceException.InvalidRequest refusal =
                assertThrows(MillraceException.InvalidRequest.class, () -> analyzed(body));
        assertEquals(pointer == null ? "" : pointer, refusal.pointer());
        assertEquals(message, refusal.getMessage());
    }
}
