package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Value;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Matches rank as in Lucene: same documents in the same insertion order on both sides, scores
/// within one unit in the last place, documents of equal score compared as a set.
class LuceneRankingTest {
    @TempDir Path folder;

    @Test
    void matchesOfTheSampleQuakesRankAsInLucene() {
        Seeded.repeat(
                1,
                random -> {
                    try (LucenePair pair = new LucenePair(folder)) {
                        List<String> words = new ArrayList<>();
                        for (Value.Obj quake : LucenePair.quakes()) {
                            String place = String.valueOf(quake.get("place"));
                            pair.upsert(String.valueOf(quake.get("id")), place);
                            words.addAll(List.of(place.split(" ")));
                        }
                        pair.commit();
                        assertSameRankings(pair, texts(random, words, 100));
                    }
                });
    }

    @Test
    void severalSegmentsWithDeletesRankAsInLucene() {
        Seeded.repeat(
                5,
                random -> {
                    List<String> words = new ArrayList<>();
                    for (int i = 0; i < 200; i++) {
                        words.addAll(java.util.Collections.nCopies(1 + 400 / (i + 1), "word" + i));
                    }
                    try (LucenePair pair = new LucenePair(folder)) {
                        for (int commit = 0; commit < 4; commit++) {
                            // What is replaced within one commit counts in Lucene's figures, not
                            // in ours, where it never reaches the segment.
                            Set<String> touched = new HashSet<>();
                            for (int i = 0; i < 300; i++) {
                                String id = "d" + random.nextInt(600);
                                if (!touched.add(id)) {
                                    continue;
                                }
                                if (random.nextInt(6) == 0) {
                                    pair.delete(id);
                                } else {
                                    pair.upsert(id, text(random, words, random.nextInt(40)));
                                }
                            }
                            pair.commit();
                        }
                        assertSameRankings(pair, texts(random, words, 40));
                    }
                });
    }

    private static void assertSameRankings(LucenePair pair, List<String> texts) throws IOException {
        int matched = 0;
        for (String text : texts) {
            matched +=
                    pair.assertSameRanking(
                            text, MatchQueries.any(LucenePair.PLACE, text), pair.any(text));
        }
        assertTrue(matched > texts.size(), "only " + matched + " matches in all");
    }

    private static List<String> texts(RandomGenerator random, List<String> words, int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(random, words, 1 + random.nextInt(5)));
        }
        return texts;
    }

    private static String text(RandomGenerator random, List<String> words, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(words.get(random.nextInt(words.size()))).append(' ');
        }
        return text.toString();
    }
}
