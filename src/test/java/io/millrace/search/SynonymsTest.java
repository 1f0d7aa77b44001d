package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.document.Analysis;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.OwnAnalyzer;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.segment.Analyzers;
import io.millrace.testing.Awaiting;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.io.StringReader;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.AnalyzerWrapper;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.util.QueryBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an index definition says of synonyms and stop words holds wherever words are looked for.
class SynonymsTest {
    private static final List<String> RULES =
            List.of(
                    "tv, television",
                    "usa, united states of america",
                    "cat => feline",
                    "sofa, settee, three piece suite",
                    "ny, new york",
                    "it, information technology");

    /// Lucene adds up what a word scores that is named twice, in floats.
    private static final int ULPS = 4;

    /// Titles leave nothing out, places have no positions.
    private static final OwnAnalyzers ANALYZERS =
            new OwnAnalyzers(
                    Map.of(
                            "words", new OwnAnalyzer(Analysis.of("english"), RULES),
                            "all",
                                    new OwnAnalyzer(
                                            Analysis.of("english").withStopwords(List.of()),
                                            RULES)),
                    Map.of("body", "words", "title", "all", "place", "words"));

    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.KEYWORD),
                            Field.of("body", FieldType.TEXT).withAnalyzer("english"),
                            Field.of("title", FieldType.TEXT)
                                    .withAnalysis(Analysis.of("english").withStopwords(List.of())),
                            Field.of("place", FieldType.TEXT)
                                    .withAnalysis(Analysis.of("english").withPositions(false))));

    private static Corpus corpus;

    @TempDir Path folder;

    private static Value json(String json) {
        return Json.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static SearchRequest parse(Schema schema, OwnAnalyzers analyzers, String body) {
        return new QueryParser(schema, Instant.EPOCH, analyzers).parse(json(body));
    }

    private static List<SearchResult.Hit> hits(String body) {
        return corpus.searcher().search(parse(SCHEMA, ANALYZERS, body)).hits();
    }

    @BeforeAll
    static void fill(@TempDir Path folder) throws IOException {
        corpus = new Corpus(SCHEMA, folder);
        add("tv", "a TV on a sofa");
        add("television", "the televisions of New York");
        add("usa", "Made in the USA");
        add("states", "the united states of America, cats and all");
        add("apart", "america, united by its states");
        add("feline", "feline on a three-piece suite");
        add("it", "the IT department");
        add("information", "department of Information Technology");
        corpus.commit();
    }

    @AfterAll
    static void close() {
        corpus.close();
    }

    private static void add(String id, String text) throws IOException {
        corpus.upsert(document(id, text, text));
    }

    private static Value.Obj document(String id, String text, String title) {
        return new Value.Obj(
                Map.of(
                        "id", Value.of(id),
                        "body", Value.of(text),
                        "title", Value.of(title),
                        "place", Value.of(text)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'match': {'body': 'tv'}} | television tv",
                "{'match': {'body': 'Televisions'}} | television tv",
                "{'match': {'body': 'usa'}} | states usa",
                "{'match': {'body': 'united states of america'}} | states usa",
                // Where nothing stands for the words they are words like any other.
                "{'match': {'body': {'text': 'united states', 'operator': 'and'}}} | apart states",
                "{'match': {'body': {'text': 'usa cat', 'operator': 'and'}}} | ``",
                "{'match': {'body': {'text': 'usa made', 'operator': 'and'}}} | usa",
                "{'match': {'body': {'text': 'ny tv nothing', 'minimumShouldMatch': 2}}} | television",
                // The right side of a rule with => stands in the place of the left one.
                "{'match': {'body': 'cat'}} | feline",
                "{'match': {'body': 'settee'}} | feline tv",
                "{'phrase': {'body': 'made in the united states of america'}} | usa",
                "{'phrase': {'body': 'the united states of america cats'}} | ``",
                "{'phrase': {'body': 'television on a settee'}} | tv",
                "{'phrase': {'body': 'usa'}} | states usa",
                "{'phrase': {'title': 'the usa'}} | states usa",
                "{'phrase': {'title': 'television of ny'}} | television",
                // Being typed: a word may go on, and is one of the rules all the same.
                "{'match': {'body': {'text': 'tel', 'prefix': true}}} | television",
                "{'match': {'body': {'text': 'tv', 'prefix': true}}} | television tv",
                "{'match': {'body': {'text': 'cat', 'prefix': true}}} | feline states",
                "{'match': {'body': {'text': 'new york', 'prefix': true}}} | television",
                // A text over several fields is not cut inside of what stands for something.
                "{'match': {'fields': ['body', 'title'], 'text': 'made united states of america',"
                        + " 'operator': 'and'}} | usa",
                // English leaves out `it`: nobody can require that, whatever stands for it.
                "{'match': {'body': {'text': 'it department', 'operator': 'and'}}} | information it",
                "{'match': {'body': {'text': 'it department', 'minimumShouldMatch': 2}}} | information it",
                "{'match': {'body': {'text': 'it television', 'operator': 'or'}}}"
                        + " | information television tv",
                "{'match': {'body': {'text': 'it', 'operator': 'and'}}} | information",
                "{'match': {'fields': ['body', 'title'], 'text': 'it department',"
                        + " 'operator': 'and'}} | information it",
                "{'match': {'title': {'text': 'it department', 'operator': 'and'}}} | information it",
                "{'match': {'title': {'text': 'it suite', 'operator': 'and'}}} | ``",
                "{'q': 'body:(+it +department)'} | information it",
                "{'q': 'body:it'} | information",
                "{'phrase': {'body': 'it department'}} | information it",
                // Nor does a word that is left out stand for others: any word could then.
                "{'phrase': {'body': 'information technology technology'}} | ``",
                "{'phrase': {'body': 'the information technology department'}} | ``",
                // Without positions all of the words, in any order.
                "{'match': {'place': 'usa'}} | apart states usa",
                "{'phrase': {'place': 'usa'}} | apart states usa",
                "{'q': 'television sofa'} | feline television tv",
                "{'q': 'body:usa AND body:made'} | usa",
                "{'q': 'body:\\\"television on a settee\\\"'} | tv",
                // Words with synonyms are taken as they are spelled.
                "{'fuzzy': {'body': 'sofas'}} | feline tv",
                "{'fuzzy': {'body': 'sofo'}} | tv",
            })
    void synonymsAreFound(String query, String ids) {
        List<String> found =
                hits("{'query': %s}".formatted(query)).stream()
                        .map(hit -> hit.key().toString())
                        .sorted()
                        .toList();
        assertEquals(ids, String.join(" ", found));
    }

    @Test
    void whatStandsForAWordThatIsLeftOutCounts() {
        for (String query :
                List.of(
                        "{'match': {'body': {'text': 'it department', 'operator': 'and'}}}",
                        "{'match': {'fields': ['body', 'place'], 'text': 'it department',"
                                + " 'operator': 'and'}}",
                        "{'q': 'body:(+it +department)'}")) {
            List<String> ranked =
                    hits("{'query': %s}".formatted(query)).stream()
                            .map(hit -> hit.key().toString())
                            .toList();
            assertEquals(List.of("information", "it"), ranked, query);
        }
    }

    /// A rule of one field takes nothing away from what others find.
    @Test
    void aRuleOfOneFieldLeavesTheWordsOfOthers() throws IOException {
        OwnAnalyzers ofBody =
                new OwnAnalyzers(
                        Map.of(
                                "own",
                                new OwnAnalyzer(
                                        Analysis.of("english"),
                                        List.of("united states, usa", "television set, tv"))),
                        Map.of("body", "own"));
        try (Corpus parts = new Corpus(SCHEMA, folder)) {
            parts.upsert(document("both", "united", "states"));
            parts.upsert(document("usa", "made in the USA", ""));
            parts.upsert(document("tv", "television", "settee"));
            parts.commit();
            String fields = "{'query': {'match': {'fields': ['body', 'title'], 'operator': 'and', ";
            Map<String, List<String>> foundByText =
                    Map.of(
                            "'text': 'united states'", List.of("both", "usa"),
                            "'text': 'states united'", List.of("both"),
                            "'text': 'television set', 'prefix': true", List.of("tv"),
                            "'text': 'television s', 'prefix': true", List.of("tv"));
            foundByText.forEach((text, ids) ->
                    assertEquals(
                            ids,
                            parts
                                    .searcher()
                                    .search(parse(SCHEMA, ofBody, fields + text + "}}}"))
                                    .hits()
                                    .stream()
                                    .map(hit -> hit.key().toString())
                                    .sorted()
                                    .toList(),
                            text));
        }
    }

    @Test
    void aWordThatStandsForAnotherIsNotTakenAsMisspelled() {
        Field body = SCHEMA.field("body").orElseThrow();
        assertEquals(
                new Query.Match(
                        body,
                        List.of(TextTerm.Word.of("felin"), new TextTerm.Alike("america", 2, 0, 1)),
                        1,
                        1),
                parse(SCHEMA, ANALYZERS, "{'query': {'fuzzy': {'body': 'cats america'}}}")
                        .query()
                        .orElseThrow());
    }

    /// A definition has another base by now, what there is was cut by the one before.
    @Test
    void synonymsAreCutAsTheTextsOfTheirFieldAre() {
        Field before = Field.of("body", FieldType.TEXT);
        Schema schema =
                new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD), before));
        OwnAnalyzers analyzers =
                new OwnAnalyzers(
                        Map.of(
                                "own",
                                new OwnAnalyzer(
                                        Analysis.of("english"), List.of("tv, televisions"))),
                        Map.of("body", "own"));
        assertEquals(
                new Query.Match(
                        before, List.of(new TextTerm.Word(List.of("tv", "televisions"), 1)), 1, 1),
                parse(schema, analyzers, "{'query': {'match': {'body': 'tv'}}}")
                        .query()
                        .orElseThrow());
    }

    /// Otherwise the next search would read all rules again.
    @Test
    void synonymsAreKeptWhenTheSameAreDefinedAgain() {
        WeakReference<OwnAnalyzer> before = new WeakReference<>(checked());
        Synonyms ready = Synonyms.of(kept());
        OwnAnalyzer again = checked();

        Awaiting.that(
                "the definition before is forgotten",
                () -> {
                    System.gc();
                    return before.refersTo(null);
                });
        assertSame(ready, Synonyms.of(again));
    }

    private static OwnAnalyzer checked() {
        OwnAnalyzer analyzer = kept();
        assertEquals(Optional.empty(), Synonyms.check(analyzer));
        return analyzer;
    }

    private static OwnAnalyzer kept() {
        return new OwnAnalyzer(Analysis.of("english"), List.of("kept, remembered"));
    }

    @Test
    void synonymsAreHighlighted() {
        String request =
                "{'query': {'match': {'body': 'usa tv'}}, 'highlight': {'fields': ['body']}}";
        List<String> marked =
                hits(request).stream()
                        .flatMap(hit -> hit.highlights().values().stream())
                        .flatMap(List::stream)
                        .sorted()
                        .toList();
        assertEquals(
                List.of(
                        "Made in the <em>USA</em>",
                        "a <em>TV</em> on a sofa",
                        "the <em>televisions</em> of New York",
                        "the <em>united</em> <em>states</em> of <em>America</em>, cats and all"),
                marked);
    }

    @Test
    void anAnalyzerShowsItsSynonymsAtTheirPlaces() {
        AnalyzedText text =
                AnalyzedText.of(
                        SCHEMA, ANALYZERS, json("{'field': 'body', 'text': 'the usa: cat tv'}"));
        assertEquals("words", text.analyzer());
        assertEquals(
                List.of(
                        new AnalyzedText.Token("usa", 1, 4, 4, 7, false),
                        new AnalyzedText.Token("unit", 1, 1, 4, 7, true),
                        new AnalyzedText.Token("state", 2, 1, 4, 7, true),
                        new AnalyzedText.Token("america", 4, 1, 4, 7, true),
                        new AnalyzedText.Token("felin", 5, 1, 9, 12, true),
                        new AnalyzedText.Token("tv", 6, 1, 13, 15, false),
                        new AnalyzedText.Token("televis", 6, 1, 13, 15, true)),
                text.tokens());
        assertEquals(
                List.of("the", "tv", "televis"),
                AnalyzedText.of(SCHEMA, ANALYZERS, json("{'analyzer': 'all', 'text': 'the tv'}"))
                        .tokens()
                        .stream()
                        .map(AnalyzedText.Token::term)
                        .toList());
    }

    @Test
    void whatSynonymsMakeOfATextIsBounded() {
        String two = "usa ny ".repeat(4);
        MillraceException.InvalidRequest refusal =
                assertThrows(
                        MillraceException.InvalidRequest.class,
                        () ->
                                parse(
                                        SCHEMA,
                                        ANALYZERS,
                                        "{'query': {'phrase': {'body': '%s'}}}".formatted(two)));
        assertEquals("/query/phrase/body", refusal.pointer());
        assertEquals(
                "more than 128 phrases of 16384 words in all, by the synonyms of field \"body\";"
                        + " expected fewer words that have some",
                refusal.getMessage());
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add("w" + i);
        }
        OwnAnalyzer wide = new OwnAnalyzer(Analysis.of("english"), List.of(String.join(",", many)));
        OwnAnalyzers analyzers = new OwnAnalyzers(Map.of("wide", wide), Map.of("body", "wide"));
        String words = String.join(" x ", Collections.nCopies(83, "w1 w2"));
        refusal =
                assertThrows(
                        MillraceException.InvalidRequest.class,
                        () ->
                                parse(
                                        SCHEMA,
                                        analyzers,
                                        "{'query': {'phrase': {'body': '%s'}}}".formatted(words)));
        assertEquals("16434 synonyms in all fields, expected at most 16384", refusal.getMessage());
    }

    /// A text, and Lucene's own queries of it.
    private static Analyzer lucenes(List<String> rules) throws IOException {
        Analyzer english = Analyzers.named("english");
        SolrSynonymParser parser = new SolrSynonymParser(true, true, english);
        try {
            parser.parse(new StringReader(String.join("\n", rules)));
        } catch (ParseException e) {
            throw new AssertionError(e);
        }
        SynonymMap synonyms = parser.build();
        return new AnalyzerWrapper(Analyzer.PER_FIELD_REUSE_STRATEGY) {
            @Override
            protected Analyzer getWrappedAnalyzer(String field) {
                return english;
            }

            @Override
            protected TokenStreamComponents wrapComponents(
                    String field, TokenStreamComponents components) {
                return new TokenStreamComponents(
                        components.getSource(),
                        new SynonymGraphFilter(components.getTokenStream(), synonyms, true));
            }
        };
    }

    private LucenePair pair(RandomGenerator random) throws IOException {
        LucenePair pair = new LucenePair(folder);
        for (int commit = 0; commit < 3; commit++) {
            for (int i = 0; i < 60; i++) {
                pair.upsert("d" + commit + "-" + i, words(random, 1 + random.nextInt(20)));
            }
            pair.commit();
        }
        return pair;
    }

    private static String words(RandomGenerator random, int count) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add("w" + random.nextInt(12));
        }
        return String.join(" ", words);
    }

    private void compare(List<String> rules, RandomGenerator random, boolean isPhrase)
            throws IOException {
        OwnAnalyzers analyzers =
                new OwnAnalyzers(
                        Map.of("own", new OwnAnalyzer(LucenePair.PLACE.analysis(), rules)),
                        Map.of("place", "own"));
        QueryBuilder builder = new QueryBuilder(lucenes(rules));
        builder.setAutoGenerateMultiTermSynonymsPhraseQuery(true);
        try (LucenePair pair = pair(random)) {
            int matched = 0;
            for (int i = 0; i < 30; i++) {
                String text = words(random, 1 + random.nextInt(isPhrase ? 4 : 6));

                boolean isAnd = random.nextBoolean();
                String body =
                        isPhrase
                                ? "{'query': {'phrase': {'place': {'text': '%s'}}}}".formatted(text)
                                : "{'query': {'match': {'place': {'text': '%s', 'operator': '%s'}}}}"
                                        .formatted(text, isAnd ? "and" : "or");
                matched +=
                        pair.assertSameRanking(
                                body,
                                parse(LucenePair.SCHEMA, analyzers, body).query().orElseThrow(),
                                isPhrase
                                        ? builder.createPhraseQuery("place", text)
                                        : builder.createBooleanQuery(
                                                "place", text, isAnd ? Occur.MUST : Occur.SHOULD),
                                ULPS);
            }
            assertTrue(matched > 30, "only " + matched + " matches in all");
        }
    }

    @Test
    void matchesWithSynonymsRankAsInLucene() {
        List<String> rules =
                List.of(
                        "w0, w1",
                        "w2 w3, w4",
                        "w5, w6 w7, w8 w9 w0",
                        "w10 => w11, w2",
                        "w3 w3, w1");
        Seeded.repeat(2, random -> compare(rules, random, false));
    }

    @Test
    void phrasesWithSynonymsRankAsInLucene() {
        Seeded.repeat(1, random -> compare(List.of("w0, w1, w2", "w5 => w6"), random, true));
        Seeded.repeat(1, random -> compare(List.of("w2 w3, w4", "w5, w6 w7"), random, true));
    }
}
