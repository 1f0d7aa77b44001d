package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.segment.Analyzers;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.lucene.queryparser.classic.ParseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written as in Lucene's classic parser finds and ranks what that finds, where both mean
/// the same. They do not for `AND` beside words that it does not join, for what only says what must
/// not be met, for scores of words half typed, and for phrases with a word that is there twice.
class LuceneQueryStringTest {
    private static final int WORDS = 14;

    /// Lucene adds up the boosts of a word that is there several times, in floats.
    private static final int ULPS = 8;

    @TempDir Path folder;

    private LucenePair pair(RandomGenerator random) throws IOException {
        LucenePair pair = new LucenePair(folder);
        for (int commit = 0; commit < 3; commit++) {
            for (int i = 0; i < 60; i++) {
                StringBuilder text = new StringBuilder();
                for (int word = random.nextInt(12); word >= 0; word--) {
                    text.append(random.nextInt(4) == 0 ? misspelled(random) : word(random));
                    text.append(' ');
                }
                pair.upsert("d" + commit + "-" + i, text.toString());
            }
            pair.commit();
        }
        for (int i = 0; i < 20; i++) {
            pair.delete("d" + random.nextInt(2) + "-" + random.nextInt(60));
        }
        pair.commit();
        return pair;
    }

    private static String word(RandomGenerator random) {
        return "word" + (int) Math.min(WORDS - 1, Math.abs(random.nextGaussian() * 5));
    }

    /// Words of their own: of a word that is looked for twice, once misspelled, Lucene makes one.
    private static String misspelled(RandomGenerator random) {
        return "harbour" + random.nextInt(8);
    }

    @Test
    void queryStringsRankAsInLucene() {
        Seeded.repeat(
                1,
                random -> {
                    try (LucenePair pair = pair(random)) {
                        int matched = 0;
                        for (int i = 0; i < 80; i++) {
                            String q = query(random, 1);
                            matched += pair.assertSameRanking(q, ours(q), theirs(q), ULPS);
                        }
                        assertTrue(matched > 80, "only " + matched + " matches in all");
                    }
                });
    }

    private static Query ours(String q) {
        return new QueryParser(LucenePair.SCHEMA, Instant.EPOCH)
                .parse(Map.of("q", List.of(q)))
                .query()
                .orElseThrow();
    }

    private static org.apache.lucene.search.Query theirs(String q) {
        try {
            return new org.apache.lucene.queryparser.classic.QueryParser(
                            LucenePair.PLACE.path(), Analyzers.of(LucenePair.PLACE.analysis()))
                    .parse(q);
        } catch (ParseException e) {
            throw new AssertionError(q, e);
        }
    }

    /// Several operands, all joined alike, of which one at least may be met.
    private static String query(RandomGenerator random, int depth) {
        int count = 1 + random.nextInt(4);
        boolean isJoined = count > 1 && random.nextInt(3) == 0;
        String operator = random.nextBoolean() ? " AND " : " && ";
        List<String> operands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String operand = operand(random, depth);
            String sign =
                    switch (random.nextInt(i == 0 ? 5 : 8)) {
                        case 0 -> isJoined ? "" : "+";
                        case 5 -> isJoined ? "" : "+";
                        case 6 -> "-";
                        case 7 -> isJoined ? "NOT " : "!";
                        default -> "";
                    };
            operands.add(sign + operand);
        }
        if (depth == 1 && random.nextInt(4) == 0) {
            operands.add(misspelled(random) + "~" + (1 + random.nextInt(2)));
        }
        String or =
                random.nextInt(4) == 0 && operands.stream().allMatch(LuceneQueryStringTest::isBare)
                        ? " OR "
                        : " ";
        return String.join(isJoined ? operator : or, operands);
    }

    private static boolean isBare(String operand) {
        return "+-!".indexOf(operand.charAt(0)) < 0;
    }

    private static String operand(RandomGenerator random, int depth) {
        String operand =
                switch (random.nextInt(depth < 3 ? 10 : 8)) {
                    case 0 -> phrase(random);
                    case 1 -> phrase(random) + "~" + (1 + random.nextInt(4));
                    case 2 -> "place:" + word(random);
                    case 8, 9 -> "(" + query(random, depth + 1) + ")";
                    default -> word(random);
                };
        return random.nextInt(6) == 0 ? operand + "^" + (1 + random.nextInt(8)) / 2f : operand;
    }

    /// Of words that differ.
    private static String phrase(RandomGenerator random) {
        List<String> words = new ArrayList<>();
        while (words.size() < 2 || (words.size() < 4 && random.nextBoolean())) {
            String word = word(random);
            if (!words.contains(word)) {
                words.add(word);
            }
        }
        return "\"" + String.join(" ", words) + "\"";
    }
}
