package io.millrace.bench;

import java.util.Arrays;
import java.util.Locale;

/// What is asked of the media data set, over and over with other constants.
///
/// - isRanked: has hits, so that counting is a choice
enum QueryWorkload {
    /// tags = t AND nsfw = n, counted.
    FILTER_COUNT(false),
    /// tags = t AND nsfw = n, the first 50 by falling reactions.
    FILTER_SORT(true),
    /// (tags = t1 OR tags = t2) AND type = image, the first 50 by falling ts.
    OR_SORT(true),
    /// tags = t AND reactions in 3..100, counted.
    RANGE_COUNT(false),
    /// Everything, the first 50 by falling reactions.
    ALL_SORT(true),
    /// Either of two words of the title, the first 10 by score.
    BM25_OR(true),
    /// Both words of the title, the first 10 by score.
    BM25_AND(true);

    static final int SORTED_HITS = 50;
    static final int SCORED_HITS = 10;
    static final long REACTIONS_MIN = 3;
    static final long REACTIONS_MAX = 100;

    final boolean isRanked;

    QueryWorkload(boolean isRanked) {
        this.isRanked = isRanked;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static QueryWorkload ofLabel(String label) {
        return Arrays.stream(values())
                .filter(workload -> workload.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no workload " + label));
    }
}
