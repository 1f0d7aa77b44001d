package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.MultiPhraseQuery;
import org.apache.lucene.search.PhraseQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Phrases and misspelled words are found and ranked as in Lucene.
class PhraseAndFuzzyTest {
    private static final String LETTERS = "abcde";

    @TempDir Path folder;

    /// Three segments of texts of a few words, which stand together often.
    private LucenePair pair(RandomGenerator random, int words) throws IOException {
        LucenePair pair = new LucenePair(folder);
        for (int commit = 0; commit < 3; commit++) {
            for (int i = 0; i < 100; i++) {
                StringBuilder text = new StringBuilder();
                for (int word = random.nextInt(30); word >= 0; word--) {
                    text.append('w').append(random.nextInt(words));
                    text.append(random.nextInt(10) == 0 ? " the " : " ");
                }
                pair.upsert("d" + commit + "-" + i, text.toString());
            }
            pair.commit();
        }
        for (int i = 0; i < 30; i++) {
            pair.delete("d" + random.nextInt(2) + "-" + random.nextInt(100));
        }
        pair.commit();
        return pair;
    }

    @Test
    void exactPhrasesRankAsInLucene() {
        Seeded.repeat(
                2,
                random -> {
                    try (LucenePair pair = pair(random, 8)) {
                        int matched = 0;
                        for (int i = 0; i < 60; i++) {
                            StringBuilder text = new StringBuilder("w" + random.nextInt(8));
                            for (int word = 1 + random.nextInt(3); word > 0; word--) {
                                text.append(random.nextInt(5) == 0 ? " the w" : " w");
                                text.append(random.nextInt(8));
                            }
                            Query.Phrase ours =
                                    MatchQueries.phrase(LucenePair.PLACE, text.toString(), 0);
                            PhraseQuery.Builder theirs = new PhraseQuery.Builder();
                            for (PhraseWord word : ours.words()) {
                                theirs.add(
                                        new Term("place", word.spellings().getFirst()),
                                        word.position());
                            }
                            matched +=
                                    pair.assertSameRanking(text.toString(), ours, theirs.build());
                        }
                        assertTrue(matched > 60, "only " + matched + " matches in all");
                    }
                });
    }

    /// Every other phrase draws from so few words that most name one twice.
    @Test
    void sloppyPhrasesRankAsInLucene() {
        Seeded.repeat(
                2,
                random -> {
                    try (LucenePair pair = pair(random, 12)) {
                        int matched = 0;
                        for (int i = 0; i < 60; i++) {
                            List<String> words = new ArrayList<>();
                            while (words.size() < 2 + i % 3) {
                                words.add("w" + random.nextInt(i % 2 == 0 ? 12 : 2));
                            }
                            int slop = 1 + random.nextInt(6);
                            matched +=
                                    pair.assertSameRanking(
                                            words + "~" + slop,
                                            MatchQueries.phrase(
                                                    LucenePair.PLACE,
                                                    String.join(" ", words),
                                                    slop),
                                            new PhraseQuery(
                                                    slop, "place", words.toArray(String[]::new)));
                        }
                        assertTrue(matched > 60, "only " + matched + " matches in all");
                    }
                });
    }

    /// With slop words have all their spellings in common or none: see [PhrasePositionsTest] for
    /// the others, of which Lucene loses some.
    @Test
    void phrasesOfWordsWithSeveralSpellingsRankAsInLucene() {
        Seeded.repeat(
                1,
                random -> {
                    try (LucenePair pair = pair(random, 10)) {
                        for (int i = 0; i < 40; i++) {
                            List<PhraseWord> ours = new ArrayList<>();
                            int slop = Math.max(0, random.nextInt(8) - 3);
                            MultiPhraseQuery.Builder theirs =
                                    new MultiPhraseQuery.Builder().setSlop(slop);
                            for (int word = 0; word < 2 + i % 2; word++) {
                                int first = random.nextInt(5);
                                String one = "w" + first;
                                String other = "w" + (5 + (slop == 0 ? random.nextInt(5) : first));
                                ours.add(new PhraseWord(word, List.of(one, other)));
                                theirs.add(
                                        new Term[] {
                                            new Term("place", one), new Term("place", other)
                                        },
                                        word);
                            }
                            pair.assertSameRanking(
                                    ours + "~" + slop,
                                    new Query.Phrase(LucenePair.PLACE, ours, slop, 1),
                                    theirs.build());
                        }
                    }
                });
    }

    @Test
    void misspelledWordsRankAsInLucene() {
        Seeded.repeat(
                2,
                random -> {
                    try (LucenePair pair = new LucenePair(folder)) {
                        for (int i = 0; i < 300; i++) {
                            StringBuilder text = new StringBuilder();
                            for (int word = random.nextInt(8); word >= 0; word--) {
                                text.append(word(random)).append(' ');
                            }
                            pair.upsert("d" + i, text.toString());
                            if (i % 100 == 99) {
                                pair.commit();
                            }
                        }
                        int matched = 0;
                        for (int i = 0; i < 80; i++) {
                            String word = word(random);
                            int edits = 1 + random.nextInt(2);
                            int prefix = random.nextInt(3);
                            if (word.length() <= prefix) {
                                continue;
                            }
                            matched +=
                                    pair.assertSameRanking(
                                            "%s~%d behind %d".formatted(word, edits, prefix),
                                            new Query.Match(
                                                    LucenePair.PLACE,
                                                    List.of(
                                                            new TextTerm.Alike(
                                                                    word, edits, prefix, 1)),
                                                    1,
                                                    1),
                                            new FuzzyQuery(new Term("place", word), edits, prefix));
                        }
                        assertTrue(matched > 80, "only " + matched + " matches in all");
                    }
                });
    }

    /// Long enough that no two edits take all of it.
    private static String word(RandomGenerator random) {
        StringBuilder word = new StringBuilder();
        for (int letter = 3 + random.nextInt(4); letter > 0; letter--) {
            word.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return word.append(random.nextInt(20) == 0 ? "ü𝄞" : "").toString();
    }

    @Test
    void wordsOfAPhraseThatIsTwiceInItStandAtTwoPlaces() throws IOException {
        try (LucenePair pair = new LucenePair(folder)) {
            pair.upsert("once", "one two three");
            pair.upsert("twice", "one two one");
            pair.commit();
            SearchRequest request =
                    SearchRequest.builder()
                            .query(MatchQueries.phrase(LucenePair.PLACE, "one one", 3))
                            .build();
            assertEquals(
                    List.of("twice"),
                    pair.corpus().searcher().search(request).hits().stream()
                            .map(hit -> hit.key().toString())
                            .toList());
        }
    }
}
