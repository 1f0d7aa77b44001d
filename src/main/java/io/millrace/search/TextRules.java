package io.millrace.search;

import java.util.List;

/// How the words of a text are looked for.
///
/// - required: how many of them a document must have
/// - lastBegins: the last word may be the beginning of one
record TextRules(Required required, Fuzziness fuzziness, boolean lastBegins, float boost) {
    static final TextRules DEFAULT = new TextRules(Required.ANY, Fuzziness.NONE, false, 1);

    TextRules withRequired(Required newRequired) {
        return new TextRules(newRequired, fuzziness, lastBegins, boost);
    }

    TextRules withFuzziness(Fuzziness newFuzziness) {
        return new TextRules(required, newFuzziness, lastBegins, boost);
    }

    TextRules withLastBegins(boolean newLastBegins) {
        return new TextRules(required, fuzziness, newLastBegins, boost);
    }

    TextRules withBoost(float newBoost) {
        return new TextRules(required, fuzziness, lastBegins, newBoost);
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

    /// How far a word may be misspelled.
    ///
    /// - edits: 0 to 2, or [#BY_LENGTH]
    /// - prefixLength: so many letters in front must be the same
    record Fuzziness(int edits, int prefixLength) {
        /// None for words of up to two letters, one up to five, else two.
        static final int BY_LENGTH = -1;

        static final Fuzziness NONE = new Fuzziness(0, 0);
        static final Fuzziness AUTO = new Fuzziness(BY_LENGTH, 0);

        TextTerm term(List<String> spellings, int times) {
            String word = spellings.getFirst();
            int length = word.codePointCount(0, word.length());
            int allowed = edits == BY_LENGTH ? (length > 5 ? 2 : length > 2 ? 1 : 0) : edits;
            boolean isExact =
                    allowed == 0
                            || spellings.size() > 1
                            || length > SearchLimits.ALIKE_CHARS_MAX
                            || length <= prefixLength;
            return isExact
                    ? new TextTerm.Word(spellings, times)
                    : new TextTerm.Alike(word, allowed, prefixLength, times);
        }
    }
}
