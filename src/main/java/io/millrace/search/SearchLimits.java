package io.millrace.search;

/// What one request may ask for. Beyond it a request is refused, never slowed down.
final class SearchLimits {
    static final int LIMIT_DEFAULT = 20;
    static final int LIMIT_MAX = 10_000;

    /// Offset and limit together: what lies behind is reached with a cursor.
    static final int WINDOW_MAX = 10_000;

    /// Clauses inside each other, and clauses in all, of query and filter together.
    static final int DEPTH_MAX = 32;

    static final int CLAUSES_MAX = 1_024;

    /// Values of all `in` clauses together.
    static final int VALUES_MAX = 10_000;

    /// Characters of all `match` texts together.
    static final int TEXT_CHARS_MAX = 8_192;

    /// Characters of a wildcard pattern, steps that make it ready, and terms of one segment that
    /// are looked at for it.
    static final int WILDCARD_CHARS_MAX = 1_024;

    static final int WILDCARD_EFFORT_MAX = 10_000;
    static final int WILDCARD_TERMS_MAX = 4_000_000;

    /// Words of all texts together, with their synonyms, counted once for each field they are
    /// looked for in.
    static final int WORDS_MAX = 16_384;

    /// Synonyms of all words of all texts, counted each time a word is named and for each field it
    /// is looked for in; and phrases that one becomes by synonyms of several words.
    static final int SYNONYMS_MAX = 16_384;

    static final int PHRASES_MAX = 128;

    /// Terms that one misspelled word may stand for, and such words in all. Longer words are taken
    /// as they are.
    static final int ALIKE_TERMS_MAX = 50;

    static final int ALIKE_WORDS_MAX = 32;
    static final int ALIKE_CHARS_MAX = 64;

    /// Fields to highlight, pieces of each, their length, and the marks around a word.
    static final int HIGHLIGHT_FIELDS_MAX = 16;

    static final int FRAGMENTS_MAX = 20;
    static final int FRAGMENT_CHARS_MIN = 20;
    static final int FRAGMENT_CHARS_MAX = 2_000;
    static final int TAG_CHARS_MAX = 64;

    /// Characters of the texts of all hits that are highlighted.
    static final long HIGHLIGHT_CHARS_MAX = 16L << 20;

    /// Characters of a text that is analyzed to be looked at.
    static final int ANALYZED_CHARS_MAX = 65_536;

    static final int SLOP_MAX = 1_000;
    static final int BOOST_MAX = 1_000_000;
    static final int SORT_KEYS_MAX = 8;
    static final int FIELDS_MAX = 256;

    /// Facets of one request, those inside others included; ranges of one facet; and buckets of all
    /// facets together.
    static final int FACETS_MAX = 64;

    static final int FACET_RANGES_MAX = 256;
    static final int FACET_BUCKETS_MAX = 50_000;
    static final int FACET_LIMIT_DEFAULT = 10;

    /// Bytes of the documents of one answer.
    static final long ANSWER_BYTES_MAX = 64L << 20;

    private SearchLimits() {}
}
