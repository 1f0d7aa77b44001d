package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.SynonymQuery;
import org.apache.lucene.search.TermQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the options of a match mean, next to what Lucene makes of the same.
class MatchClauseTest {
    @TempDir Path folder;

    /// Several segments with replaced documents, of words that are common and rare.
    private LucenePair randomPair(RandomGenerator random) throws IOException {
        LucenePair pair = new LucenePair(folder);
        for (int commit = 0; commit < 3; commit++) {
            for (int i = 0; i < 120; i++) {
                pair.upsert("d" + commit + "-" + i, words(random, 1 + random.nextInt(12)));
            }
            pair.commit();
        }
        for (int i = 0; i < 40; i++) {
            pair.delete("d" + random.nextInt(2) + "-" + random.nextInt(120));
        }
        pair.upsert("last", words(random, 5));
        pair.commit();
        return pair;
    }

    private static String word(RandomGenerator random) {
        return "w" + (int) Math.abs(random.nextGaussian() * 12);
    }

    private static String words(RandomGenerator random, int count) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(word(random));
        }
        return String.join(" ", words);
    }

    private static TermQuery term(String word) {
        return new TermQuery(new Term("place", word));
    }

    @Test
    void someOrAllOfTheWordsRankAsInLucene() {
        Seeded.repeat(
                3,
                random -> {
                    try (LucenePair pair = randomPair(random)) {
                        int matched = 0;
                        for (int i = 0; i < 60; i++) {
                            String text = words(random, 1 + random.nextInt(5));
                            List<TextTerm> terms = MatchQueries.terms(LucenePair.PLACE, text);
                            int required = 1 + random.nextInt(terms.size());
                            float boost = random.nextBoolean() ? 1 : random.nextFloat(0.1f, 9);
                            BooleanQuery.Builder theirs = new BooleanQuery.Builder();
                            theirs.setMinimumNumberShouldMatch(required);
                            for (TextTerm term : terms) {
                                String spelling = ((TextTerm.Word) term).spellings().getFirst();
                                theirs.add(
                                        new BoostQuery(term(spelling), term.times()), Occur.SHOULD);
                            }
                            matched +=
                                    pair.assertSameRanking(
                                            required + " of " + text + " ^" + boost,
                                            new Query.Match(
                                                    LucenePair.PLACE, terms, required, boost),
                                            new BoostQuery(theirs.build(), boost));
                        }
                        assertTrue(matched > 60, "only " + matched + " matches in all");
                    }
                });
    }

    @Test
    void spellingsOfOneWordRankAsLucenesSynonyms() {
        Seeded.repeat(
                2,
                random -> {
                    try (LucenePair pair = randomPair(random)) {
                        for (int i = 0; i < 30; i++) {
                            String one = word(random);
                            String other = word(random);
                            if (one.equals(other)) {
                                continue;
                            }
                            pair.assertSameRanking(
                                    one + " = " + other,
                                    new Query.Match(
                                            LucenePair.PLACE,
                                            List.of(new TextTerm.Word(List.of(one, other), 1)),
                                            1,
                                            1),
                                    new SynonymQuery.Builder("place")
                                            .addTerm(new Term("place", one))
                                            .addTerm(new Term("place", other))
                                            .build());
                        }
                    }
                });
    }

    @Test
    void clausesThatAreRequiredOrPreferredRankAsInLucene() {
        Seeded.repeat(
                2,
                random -> {
                    try (LucenePair pair = randomPair(random)) {
                        for (int i = 0; i < 40; i++) {
                            List<Query> ours = new ArrayList<>();
                            BooleanQuery.Builder theirs = new BooleanQuery.Builder();
                            int count = 2 + random.nextInt(4);
                            for (int c = 0; c < count; c++) {
                                String word = "w" + (c * 3 + random.nextInt(3));
                                ours.add(MatchQueries.any(LucenePair.PLACE, word));
                                theirs.add(term(word), Occur.SHOULD);
                            }
                            int required = 1 + random.nextInt(count);
                            theirs.setMinimumNumberShouldMatch(required);
                            String preferred = word(random);
                            pair.assertSameRanking(
                                    required + " of " + ours + ", better " + preferred,
                                    new Query.Preferring(
                                            new Query.AtLeast(required, ours),
                                            MatchQueries.any(LucenePair.PLACE, preferred)),
                                    new BooleanQuery.Builder()
                                            .add(theirs.build(), Occur.MUST)
                                            .add(term(preferred), Occur.SHOULD)
                                            .build());
                        }
                    }
                });
    }

    /// Four documents with a title each, some with a place.
    private Corpus titles() throws IOException {
        Corpus corpus = new Corpus(LucenePair.SCHEMA, folder);
        corpus.upsert(document("a", "The Coast of Alaska", "far away"));
        corpus.upsert(document("b", "Alaska", "off the coasts"));
        corpus.upsert(document("c", "The Alaskan", "harbour"));
        corpus.upsert(document("d", "Coastal fog", "Alaska"));
        corpus.commit();
        return corpus;
    }

    private static Value.Obj document(String id, String title, String place) {
        return new Value.Obj(
                Map.of("id", Value.of(id), "title", Value.of(title), "place", Value.of(place)));
    }

    @Test
    void optionsOfAMatchSayWhatIsFound() throws IOException {
        try (Corpus corpus = titles()) {
            assertFound("a b c d", corpus, "{'place': 'harbour coast alaska far'}");
            assertFound("b", corpus, "{'place': {'text': 'off coast', 'operator': 'and'}}");
            assertFound("", corpus, "{'place': {'text': 'off alaska', 'operator': 'and'}}");
            assertFound(
                    "b", corpus, "{'place': {'text': 'off coast fog', 'minimumShouldMatch': 2}}");
            assertFound(
                    "b",
                    corpus,
                    "{'place': {'text': 'off coast fog', 'minimumShouldMatch': '75%'}}");
            assertFound("b", corpus, "{'place': {'text': 'off coast', 'minimumShouldMatch': 100}}");
        }
    }

    @Test
    void wordsOfSeveralFieldsAreLookedForInAllOfThem() throws IOException {
        try (Corpus corpus = titles()) {
            String and = "'operator': 'and'}";
            assertFound(
                    "a b", corpus, "{'fields': ['title', 'place'], 'text': 'alaska coast', " + and);
            // English leaves out what the title holds: it is not required then.
            assertFound(
                    "b",
                    corpus,
                    "{'fields': ['title', 'place'], 'text': 'the alaska coasts', " + and);
        }
    }

    @Test
    void aBoostMakesAFieldWeighMore() throws IOException {
        try (Corpus corpus = titles()) {
            assertEquals(
                    List.of("b", "a", "d"),
                    found(corpus, "{'fields': {'title': 100, 'place': 1}, 'text': 'alaska'}"));
            assertEquals(
                    List.of("d", "b", "a"),
                    found(corpus, "{'fields': {'title': 1, 'place': 100}, 'text': 'alaska'}"));
        }
    }

    @Test
    void aWordThatIsBeingTypedIsABeginning() throws IOException {
        try (Corpus corpus = titles()) {
            assertFound("a b c", corpus, "{'title': {'text': 'alask', 'prefix': true}}");
            assertFound(
                    "a",
                    corpus,
                    "{'title': {'text': 'coast al', 'prefix': true, 'operator': 'and'}}");
            // Behind a space it is typed to its end.
            assertFound("", corpus, "{'title': {'text': 'alask ', 'prefix': true}}");
            assertFound("", corpus, "{'title': {'text': 'alask'}}");
        }
    }

    @Test
    void whatAnOptionMayBeIsSaid() {
        assertRefused(
                "/query/match/place/operater",
                "unknown option \"operater\", did you mean \"operator\"?",
                "{'place': {'text': 'a', 'operater': 'and'}}");
        assertRefused(
                "/query/match/place/operator",
                "a string xor, expected or or and",
                "{'place': {'text': 'a', 'operator': 'xor'}}");
        assertRefused(
                "/query/match/place/minimumShouldMatch",
                "a string 101%, expected a whole number from 1, or \"1%\" to \"100%\"",
                "{'place': {'text': 'a', 'minimumShouldMatch': '101%'}}");
        assertRefused(
                "/query/match/place/minimumShouldMatch",
                "minimumShouldMatch with operator and, expected one of them",
                "{'place': {'text': 'a', 'operator': 'and', 'minimumShouldMatch': 1}}");
        assertRefused(
                "/query/match/fields/place",
                "a number 0, expected a number above 0 and at most 1000000",
                "{'fields': {'place': 0}, 'text': 'a'}");
        assertRefused(
                "/query/match/fields/1",
                "field \"place\" named twice",
                "{'fields': ['place', 'place'], 'text': 'a'}");
        assertRefused(
                "/query/match/place",
                "no text, expected one of text, operator, minimumShouldMatch, boost, prefix, fuzziness, prefixLength",
                "{'place': {'operator': 'and'}}");
    }

    private static void assertFound(String expected, Corpus corpus, String match) {
        assertEquals(expected, String.join(" ", found(corpus, match).stream().sorted().toList()));
    }

    private static List<String> found(Corpus corpus, String match) {
        SearchRequest request = new QueryParser(corpus.schema(), Instant.EPOCH).parse(body(match));
        return corpus.searcher().search(request).hits().stream()
                .map(hit -> hit.key().toString())
                .toList();
    }

    private static void assertRefused(String pointer, String message, String match) {
        MillraceException.InvalidRequest refusal =
                assertThrows(
                        MillraceException.InvalidRequest.class,
                        () -> new QueryParser(LucenePair.SCHEMA, Instant.EPOCH).parse(body(match)));
        assertEquals(pointer, refusal.pointer());
        assertEquals(message, refusal.getMessage());
    }

    private static Value body(String match) {
        String json = "{\"query\": {\"match\": %s}}".formatted(match.replace('\'', '"'));
        return Json.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
