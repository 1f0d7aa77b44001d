package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.Seeded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Words of a phrase that have spellings in common stand at places of their own, and what a phrase
/// finds it finds with more slop, too.
class PhrasePositionsTest {
    /// More than the words of a drawn text can be apart.
    private static final int SLOP = 14;

    /// Words with `|` between their spellings; `_` is one that the analyzer left out.
    private static List<PhraseWord> words(String phrase) {
        String[] words = phrase.split(" ");
        return IntStream.range(0, words.length)
                .filter(position -> !words[position].equals("_"))
                .mapToObj(
                        position -> new PhraseWord(position, List.of(words[position].split("\\|"))))
                .toList();
    }

    private static int[] positions(PhraseWord word, String[] text) {
        return IntStream.range(0, text.length)
                .filter(position -> word.spellings().contains(text[position]))
                .toArray();
    }

    private static float frequency(
            List<PhraseWord> words, String[] text, int slop, Set<Integer> found) {
        PhrasePositions together =
                PhrasePositions.of(new Query.Phrase(LucenePair.PLACE, words, slop, 1));
        for (int word = 0; word < words.size(); word++) {
            int[] positions = positions(words.get(word), text);
            if (positions.length == 0) {
                return 0;
            }
            together.set(word, positions, positions.length);
        }
        return together.frequency(found::add);
    }

    @ParameterizedTest
    @CsvSource({
        "ha ha, ha ha, 0",
        "ha ha ha, ha ha ha, 0",
        "tv|television tv|television, tv television, 0",
        "k|l k|l|m, k m, 0",
        "k|l k|l|m, m k, 2",
        "k|l|m k|l, m k, 0",
        "a b a, a b a, 0",
        "a b a, b a a, 2",
        // A word that cannot move makes way for none: the other one does.
        "a|b a, a b, 2",
        // What the words stand at can only be had by exchanging places.
        "a|b b|c a, a b c, 3",
    })
    void aPhraseIsFoundFromTheLeastSlopOn(String phrase, String text, int least) {
        for (int slop = 0; slop <= SLOP; slop++) {
            Set<Integer> found = new TreeSet<>();
            float frequency = frequency(words(phrase), text.split(" "), slop, found);
            assertEquals(slop < least ? 0 : 1f / (1 + least), frequency, "slop " + slop);
            assertEquals(slop < least ? 0 : words(phrase).size(), found.size(), "slop " + slop);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ha ha, ha",
        "tv|television tv|television, tv",
        // The second and the third have m in common, the first and the third nothing.
        "k|l k|l|m m|n, m k",
        "k|l l|m m|n, l n",
        "a b a, b a",
    })
    void noTwoWordsStandAtOnePlace(String phrase, String text) {
        for (int slop = 0; slop <= SLOP; slop++) {
            assertEquals(
                    0, frequency(words(phrase), text.split(" "), slop, new TreeSet<>()), "" + slop);
        }
    }

    private static String draw(RandomGenerator random, int words, String between, String letters) {
        return Stream.generate(() -> letters.charAt(random.nextInt(letters.length())))
                .limit(words)
                .map(String::valueOf)
                .reduce((left, right) -> left + between + right)
                .orElseThrow();
    }

    private static String drawPhrase(RandomGenerator random) {
        List<String> words = new ArrayList<>();
        for (int word = 2 + random.nextInt(3); word > 0; word--) {
            words.add(draw(random, 1 + random.nextInt(2), "|", "abcd"));
            if (word > 1 && random.nextInt(6) == 0) {
                words.add("_");
            }
        }
        return String.join(" ", words);
    }

    /// How near the words can come to their places in the phrase; more than [#SLOP] when they
    /// cannot all stand.
    private static int nearest(List<PhraseWord> words, String[] text, int[] taken, int word) {
        if (word == words.size()) {
            int first = Integer.MAX_VALUE;
            int last = Integer.MIN_VALUE;
            for (int i = 0; i < taken.length; i++) {
                first = Math.min(first, taken[i] - words.get(i).position());
                last = Math.max(last, taken[i] - words.get(i).position());
            }
            return last - first;
        }
        int nearest = Integer.MAX_VALUE;
        for (int position : positions(words.get(word), text)) {
            if (IntStream.range(0, word).noneMatch(other -> taken[other] == position)) {
                taken[word] = position;
                nearest = Math.min(nearest, nearest(words, text, taken, word + 1));
            }
        }
        return nearest;
    }

    @Test
    void aPhraseIsFoundWhereverItsWordsCanStandNearEnough() {
        Seeded.repeat(
                1_000,
                random -> {
                    String phrase = drawPhrase(random);
                    String text = draw(random, 1 + random.nextInt(9), " ", "abcdx");
                    List<PhraseWord> words = words(phrase);
                    String[] own = text.split(" ");
                    int nearest = nearest(words, own, new int[words.size()], 0);
                    float before = 0;
                    for (int slop = 0; slop <= SLOP; slop++) {
                        String what = "%s in %s, slop %d".formatted(phrase, text, slop);
                        Set<Integer> found = new TreeSet<>();
                        float frequency = frequency(words, own, slop, found);
                        assertEquals(nearest <= slop, frequency > 0, what);
                        assertTrue(frequency >= before, what);
                        assertTrue(frequency == 0 || frequency >= 1f / (1 + nearest), what);
                        String[] marked = new String[own.length];
                        Arrays.fill(marked, "");
                        found.forEach(position -> marked[position] = own[position]);
                        // What is marked is the phrase by itself.
                        assertEquals(
                                frequency > 0,
                                nearest(words, marked, new int[words.size()], 0) <= slop,
                                what);
                        before = frequency;
                    }
                });
    }
}
