package io.millrace.search;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which words of a phrase stand at places of their own: those that have a spelling in common, with
/// each other or through other words between them. Never changes.
final class PhraseGroups {
    /// By word: what the words of its group share; -1 for a word that is alone.
    private final int[] groups;

    private final boolean isAny;

    private PhraseGroups(int[] groups, boolean isAny) {
        this.groups = groups;
        this.isAny = isAny;
    }

    static PhraseGroups of(List<PhraseWord> words) {
        // A word points to an earlier one of its group or, the first of them, to itself.
        int[] earlier = new int[words.size()];
        Map<String, Integer> firsts = new HashMap<>();
        for (int word = 0; word < earlier.length; word++) {
            earlier[word] = word;
            for (String spelling : words.get(word).spellings()) {
                Integer other = firsts.putIfAbsent(spelling, word);
                if (other != null) {
                    int one = first(earlier, other);
                    int two = first(earlier, word);
                    earlier[Math.max(one, two)] = Math.min(one, two);
                }
            }
        }
        int[] sizes = new int[earlier.length];
        int[] groups = new int[earlier.length];
        for (int word = 0; word < earlier.length; word++) {
            groups[word] = first(earlier, word);
            sizes[groups[word]]++;
        }
        for (int word = 0; word < groups.length; word++) {
            groups[word] = sizes[groups[word]] == 1 ? -1 : groups[word];
        }
        return new PhraseGroups(groups, Arrays.stream(groups).anyMatch(group -> group >= 0));
    }

    private static int first(int[] earlier, int word) {
        int first = word;
        while (earlier[first] != first) {
            earlier[first] = earlier[earlier[first]];
            first = earlier[first];
        }
        return first;
    }

    /// Whether any two words share a spelling.
    boolean isAny() {
        return isAny;
    }

    boolean isAlone(int word) {
        return groups[word] < 0;
    }

    /// Whether two different words must not stand at one place.
    boolean isTogether(int word, int other) {
        return groups[word] >= 0 && groups[word] == groups[other];
    }
}
