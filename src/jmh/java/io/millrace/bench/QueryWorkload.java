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
    /// tags = t, with the counts of type, nsfw and the 20 most frequent tags.
    FACETS(false),
    /// The first 100 pages of FILTER_SORT, each behind the one before; a page is not counted again.
    PAGE_DEEP(true),
    /// Either of two words of the title, the first 10 by score.
    BM25_OR(true),
    /// Both words of the title, the first 10 by score.
    BM25_AND(true);

    static final int SORTED_HITS = 50;
    static final int SCORED_HITS = 10;
    static final int PAGES = 100;
    static final int TAG_BUCKETS = 20;
    static final long REACTIONS_MIN = 3;
    static final long REACTIONS_MAX = 100;

    final boolean isRanked;

    QueryWorkload(boolean isRanked) {
        this.isRanked = isRanked;
    }

    /// Of so many drawn queries one is asked: a hundred pages take long.
    int sampling() {
        return this == PAGE_DEEP ? 20 : 1;
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
