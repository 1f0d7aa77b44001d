package io.millrace.search;

/// How the words of a text are looked for.
///
/// - required: how many of them a document must have
/// - lastBegins: the last word may be the beginning of one
record TextRules(Required required, boolean lastBegins, float boost) {
    static final TextRules DEFAULT = new TextRules(Required.ANY, false, 1);

    TextRules withRequired(Required newRequired) {
        return new TextRules(newRequired, lastBegins, boost);
    }

    TextRules withBoost(float newBoost) {
        return new TextRules(required, lastBegins, newBoost);
    }

    TextRules withoutLast() {
        return new TextRules(required, false, boost);
    }

    /// A number of words, or a part of all.
    record Required(int number, boolean isPercent) {
        static final Required ANY = new Required(1, false);
        static final Required ALL = new Required(100, true);

        /// How many of so many; a part is rounded down, one is the least, all are the most.
        int of(int words) {
            int wanted = isPercent ? (int) ((long) words * number / 100) : number;
            return Math.clamp(wanted, 1, Math.max(1, words));
        }
    }
}
