package io.millrace.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// The constants of one query: values as often drawn as they are frequent in the data.
///
/// @param otherTag another one than `tag`
/// @param otherWord another one than `word`
record DrawnQuery(String tag, String otherTag, String nsfw, String word, String otherWord) {
    private static final int NSFW_VALUES = 5;

    static List<DrawnQuery> draw(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed + 2);
        MediaFile.Zipf tags = new MediaFile.Zipf(MediaFile.TAGS, MediaFile.TAGS_EXPONENT);
        MediaFile.Zipf words = new MediaFile.Zipf(MediaFile.WORDS, MediaFile.WORDS_EXPONENT);
        String[] vocabulary = MediaFile.vocabulary(new SplittableRandom(seed));
        List<DrawnQuery> drawn = new ArrayList<>(count);
        while (drawn.size() < count) {
            int tag = tags.draw(random);
            int otherTag = tags.draw(random);
            String word = vocabulary[words.draw(random)];
            String otherWord = vocabulary[words.draw(random)];
            String nsfw = Integer.toString(random.nextInt(1, NSFW_VALUES + 1));
            if (tag != otherTag && !word.equals(otherWord)) {
                drawn.add(new DrawnQuery("tag" + tag, "tag" + otherTag, nsfw, word, otherWord));
            }
        }
        return drawn;
    }
}
