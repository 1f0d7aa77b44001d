package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.segment.PostingsReader;
import io.millrace.segment.TermWindow;
import io.millrace.testing.Seeded;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ScoreBoundsTest {
    @Test
    void aScoreRisesWithTheFrequencyAndFallsWithTheNorm() {
        Seeded.repeat(
                50,
                random -> {
                    Bm25 bm25 = Bm25.of(1_000, 1 + random.nextInt(100_000));
                    float weight = random.nextFloat() * 12;
                    for (int norm = 1; norm < PostingsReader.NO_NORM; norm++) {
                        for (int frequency = 1; frequency < 70; frequency++) {
                            float score = bm25.score(weight, frequency, (byte) norm);
                            assertTrue(score <= bm25.score(weight, frequency + 1, (byte) norm));
                            assertTrue(score <= bm25.score(weight, frequency, (byte) (norm - 1)));
                            assertTrue(score <= weight);
                        }
                    }
                });
    }

    @Test
    void noDocumentAboveTheFloorIsRuledOut() {
        Seeded.repeat(
                300,
                random -> {
                    int count = 1 + random.nextInt(4);
                    List<MatchScorer.Word> words = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        words.add(new MatchScorer.Word(i, i, 0.01f + random.nextFloat() * 9));
                    }
                    int required = count == 1 ? 1 : random.nextInt(1 << count);
                    Bm25 bm25 = Bm25.of(1_000, 1_000 + random.nextInt(20_000));
                    ScoreBounds bounds = new ScoreBounds(bm25, words, required);
                    int[] frequencyMax = new int[count];
                    for (int i = 0; i < count; i++) {
                        frequencyMax[i] = 1 << random.nextInt(4);
                        bounds.limit(i, frequencyMax[i]);
                    }
                    int leastNorm = 1 + random.nextInt(30);
                    int above = 0;
                    for (int i = 0; i < 200; i++) {
                        // The floor is a score that such a document has.
                        int[] ofFloor = document(random, frequencyMax, required);
                        float floor = score(bounds, ofFloor, leastNorm + random.nextInt(10));
                        int[] document = document(random, frequencyMax, required);
                        int norm = leastNorm + random.nextInt(10);
                        if (score(bounds, document, norm) > floor) {
                            above++;
                            assertNotRuledOut(bounds, document, norm, leastNorm, floor);
                        }
                    }
                    assertTrue(above > 10, above + " above the floor");
                });
    }

    private static void assertNotRuledOut(
            ScoreBounds bounds, int[] document, int norm, int leastNorm, float floor) {
        assertTrue(bounds.isPossible());
        assertTrue(bounds.enter(leastNorm, floor));
        assertTrue(norm <= bounds.normMax());
        int held = 0;
        for (int i = 0; i < document.length; i++) {
            held |= document[i] > 0 ? 1 << i : 0;
        }
        assertEquals(bounds.needed(), bounds.needed() & held);
        assertTrue(!bounds.isTooFew(held));
        for (int i = 0; i < document.length; i++) {
            for (int j = 0; j < document.length; j++) {
                int level = TermWindow.levelOf(document[i]);
                if (i != j && level > 0) {
                    int other = TermWindow.levelOf(document[j]);
                    assertTrue(bounds.leastBeside(i, level, j) <= other);
                    assertTrue(other > 0 || bounds.leastAlone(i, j) <= level);
                }
            }
        }
    }

    private static int[] document(RandomGenerator random, int[] frequencyMax, int required) {
        int[] frequencies = new int[frequencyMax.length];
        for (int i = 0; i < frequencies.length; i++) {
            int least = (required >>> i & 1) != 0 ? 1 : 0;
            frequencies[i] = least + random.nextInt(frequencyMax[i] + 1 - least);
        }
        return frequencies;
    }

    private static float score(ScoreBounds bounds, int[] frequencies, int norm) {
        double sum = 0;
        for (int i = 0; i < frequencies.length; i++) {
            sum += frequencies[i] > 0 ? bounds.score(i, frequencies[i], (byte) norm) : 0;
        }
        return (float) sum;
    }
}
