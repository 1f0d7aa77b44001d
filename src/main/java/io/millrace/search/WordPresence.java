package io.millrace.search;

import io.millrace.segment.DocumentSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Which words of a match a document must hold to be among the best, as a condition on windows.
/// What was made is kept: it changes seldom. Confined to one search.
final class WordPresence {
    private final DocumentSet[] sets;
    private final Windows scratch;

    /// A bit for each word: those that are needed all, or else one of them.
    private int all;

    private int any;
    private @Nullable WindowFilter made;

    WordPresence(DocumentSet[] sets, Windows scratch) {
        this.sets = sets;
        this.scratch = scratch;
    }

    /// Null when nothing is needed.
    @Nullable WindowFilter needed(ScoreBounds bounds, float floor) {
        if (floor < 0) {
            return null;
        }
        int newAll = bounds.needed();
        int newAny = newAll == 0 ? oneOf(bounds) : 0;
        if (newAll != all || newAny != any) {
            all = newAll;
            any = newAny;
            made = filter();
        }
        return made;
    }

    /// Those of which one is needed, as the others do not make up for them; 0 when none is.
    private int oneOf(ScoreBounds bounds) {
        List<Integer> lightestFirst =
                IntStream.range(0, sets.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(bounds::most))
                        .toList();
        int light = 0;
        for (int word : lightestFirst) {
            if (!bounds.isTooFew(light | 1 << word)) {
                break;
            }
            light |= 1 << word;
        }
        return light == 0 ? 0 : (1 << sets.length) - 1 & ~light;
    }

    private @Nullable WindowFilter filter() {
        if (all != 0) {
            List<WindowFilter> fewestFirst = leaves(all);
            return fewestFirst.size() == 1
                    ? fewestFirst.getFirst()
                    : new WindowFilter.All(fewestFirst, scratch);
        }
        return any == 0 ? null : new WindowFilter.Any(leaves(any), scratch, 1);
    }

    private List<WindowFilter> leaves(int words) {
        List<DocumentSet> chosen = new ArrayList<>();
        for (int i = 0; i < sets.length; i++) {
            if ((words >>> i & 1) != 0) {
                chosen.add(sets[i]);
            }
        }
        chosen.sort(Comparator.comparingLong(DocumentSet::cardinality));
        return chosen.stream().<WindowFilter>map(WindowFilter.Leaf::new).toList();
    }
}
