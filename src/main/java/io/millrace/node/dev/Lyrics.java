package io.millrace.node.dev;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Long texts that nobody wrote: the same for the same number, longer than 8 KiB.
final class Lyrics {
    private static final int BYTES_MIN = 8 * 1024;
    private static final int BYTES_SPREAD = 8 * 1024;
    private static final int WORDS_PER_LINE = 6;
    private static final int LINES_PER_VERSE = 4;

    private static final List<String> WORDS =
            List.of(
                    "water", "wheel", "river", "stone", "morning", "turning", "over", "under",
                    "again", "slowly", "running", "light", "shadow", "miller", "grain", "bread",
                    "summer", "winter", "rain", "falling", "home", "far", "away", "never", "always",
                    "follow", "the", "and", "a", "of", "my", "your");

    private Lyrics() {}

    /// @param number of a track, or of a step that rewrites one
    static String of(long number) {
        RandomGenerator random =
                RandomGeneratorFactory.of("L64X128MixRandom").create(number * 31 + 7);
        int bytesMin = BYTES_MIN + random.nextInt(BYTES_SPREAD);
        var text = new StringBuilder(bytesMin + 64);
        for (int line = 1; text.length() <= bytesMin; line++) {
            for (int word = 0; word < WORDS_PER_LINE; word++) {
                text.append(word == 0 ? "" : " ").append(WORDS.get(random.nextInt(WORDS.size())));
            }
            text.append(line % LINES_PER_VERSE == 0 ? "\n\n" : "\n");
        }
        return text.toString();
    }
}
