package io.millrace.search;

import io.millrace.MillraceException;
import java.util.List;

/// Reads the pieces of a query string from front to back. Columns count characters from 1. Confined
/// to one thread.
final class QueryStringScanner {
    private static final String ENDS_WORD = "():^\"~[]{}";
    private static final int NUMBER_CHARS_MAX = 12;

    private final String text;
    private final Place place;
    private int at;

    QueryStringScanner(String text, Place place) {
        this.text = text;
        this.place = place;
    }

    /// - text: the characters meant
    /// - pattern: the same with a backslash in front of each `*`, `?` and `\` that means itself
    /// - end: where it ends
    record Word(String text, String pattern, int end) {
        boolean isEmpty() {
            return pattern.isEmpty();
        }

        /// Not a pattern.
        boolean isPlain() {
            return !isEmpty() && isWhole(pattern);
        }

        /// True when all before the last character is no pattern and the last one is `*`.
        boolean isBeginning() {
            return pattern.length() > 1
                    && pattern.endsWith("*")
                    && !pattern.endsWith("\\*")
                    && isWhole(pattern.substring(0, pattern.length() - 1));
        }

        private static boolean isWhole(String pattern) {
            for (int i = 0; i < pattern.length(); i++) {
                switch (pattern.charAt(i)) {
                    case '\\' -> i++;
                    case '*', '?' -> {
                        return false;
                    }
                    default -> {}
                }
            }
            return true;
        }
    }

    /// Bounds are empty where open.
    record Range(String lower, boolean lowerInclusive, String upper, boolean upperInclusive) {}

    boolean isAtEnd() {
        return at == text.length();
    }

    char peek() {
        return text.charAt(at);
    }

    int column() {
        return at + 1;
    }

    /// True when nothing was read behind a word.
    boolean isBehind(Word word) {
        return at == word.end();
    }

    void skipSpaces() {
        while (!isAtEnd() && Character.isWhitespace(peek())) {
            at++;
        }
    }

    boolean skip(String expected) {
        boolean isThere = text.startsWith(expected, at);
        at += isThere ? expected.length() : 0;
        return isThere;
    }

    /// A sign in front of something; one that stands alone is a word.
    boolean skipSign(char sign) {
        boolean isThere =
                at + 1 < text.length()
                        && peek() == sign
                        && !Character.isWhitespace(text.charAt(at + 1));
        at += isThere ? 1 : 0;
        return isThere;
    }

    /// An operator, which is no part of a longer word.
    boolean skipWord(String operator) {
        int end = at + operator.length();
        boolean isThere =
                text.startsWith(operator, at)
                        && (end == text.length()
                                || Character.isWhitespace(text.charAt(end))
                                || text.charAt(end) == '('
                                || text.charAt(end) == '"');
        at = isThere ? end : at;
        return isThere;
    }

    /// The word that begins here; an empty one when none does.
    Word word() {
        StringBuilder meant = new StringBuilder();
        StringBuilder pattern = new StringBuilder();
        while (!isAtEnd() && !Character.isWhitespace(peek()) && ENDS_WORD.indexOf(peek()) < 0) {
            char c = peek();
            boolean isEscaped = c == '\\';
            if (isEscaped) {
                c = escaped();
            }
            at++;
            meant.append(c);
            if (isEscaped && (c == '*' || c == '?' || c == '\\')) {
                pattern.append('\\');
            }
            pattern.append(c);
        }
        return new Word(meant.toString(), pattern.toString(), at);
    }

    /// Goes to the character behind a backslash.
    private char escaped() {
        if (++at == text.length()) {
            throw refusal("a \\ at the end, expected the character that it takes as it is");
        }
        return peek();
    }

    /// What stands between quotes.
    String quoted() {
        int opened = column();
        at++;
        StringBuilder quoted = new StringBuilder();
        while (!isAtEnd() && peek() != '"') {
            quoted.append(peek() == '\\' ? escaped() : peek());
            at++;
        }
        if (!skip("\"")) {
            throw refusalAt(opened, "a \" without a second one, expected \"a phrase\"");
        }
        return quoted.toString();
    }

    Range range() {
        int opened = column();
        boolean lowerInclusive = skip("[");
        if (!lowerInclusive) {
            at++;
        }
        skipSpaces();
        String lower = bound();
        skipSpaces();
        if (!skipWord("TO")) {
            throw isAtEnd()
                    ? refusalAt(opened, "a range without an end, expected [low TO high]")
                    : unexpected(List.of("TO"));
        }
        skipSpaces();
        String upper = bound();
        skipSpaces();
        boolean upperInclusive = skip("]");
        if (!upperInclusive && !skip("}")) {
            throw isAtEnd()
                    ? refusalAt(opened, "a range without an end, expected [low TO high]")
                    : unexpected(List.of("]", "}"));
        }
        return new Range(lower, lowerInclusive, upper, upperInclusive);
    }

    private String bound() {
        if (!isAtEnd() && peek() == '"') {
            String quoted = quoted();
            if (quoted.isEmpty()) {
                throw refusal("an empty bound, expected a value or *");
            }
            return quoted;
        }
        int from = at;
        StringBuilder bound = new StringBuilder();
        // Times have colons.
        while (!isAtEnd() && !Character.isWhitespace(peek()) && "[]{}()\"".indexOf(peek()) < 0) {
            bound.append(peek() == '\\' ? escaped() : peek());
            at++;
        }
        if (bound.isEmpty()) {
            throw unexpected(List.of("a value", "*"));
        }
        return text.substring(from, at).equals("*") ? "" : bound.toString();
    }

    /// Behind `~` of a word: its edits, as many as its length allows where none are named.
    int edits() {
        if (isAtEnd() || !isDigit(peek())) {
            return TextRules.Fuzziness.BY_LENGTH;
        }
        int column = column();
        String digits = digits(false);
        if (!digits.matches("[0-2]")) {
            throw refusalAt(column, "%s edits, expected 0, 1 or 2".formatted(digits));
        }
        return Integer.parseInt(digits);
    }

    /// Behind `~` of a phrase.
    int slop() {
        int column = column();
        String digits = digits(false);
        if (digits.isEmpty()
                || digits.length() > NUMBER_CHARS_MAX
                || Long.parseLong(digits) > SearchLimits.SLOP_MAX) {
            throw refusalAt(
                    column,
                    "a slop of \"%s\", expected 0 to %d".formatted(digits, SearchLimits.SLOP_MAX));
        }
        return Integer.parseInt(digits);
    }

    float boost() {
        int column = column();
        String digits = digits(true);
        boolean isNumber = digits.matches("[0-9]+([.][0-9]+)?");
        float boost =
                isNumber && digits.length() <= NUMBER_CHARS_MAX ? Float.parseFloat(digits) : 0;
        if (!(boost > 0 && boost <= SearchLimits.BOOST_MAX)) {
            throw refusalAt(
                    column,
                    "a boost of \"%s\", expected a number above 0 and at most %d"
                            .formatted(digits, SearchLimits.BOOST_MAX));
        }
        return boost;
    }

    private String digits(boolean withPoint) {
        int from = at;
        while (!isAtEnd() && (isDigit(peek()) || (withPoint && peek() == '.'))) {
            at++;
        }
        return text.substring(from, at);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /// Refuses what stands here.
    MillraceException.InvalidRequest unexpected(List<String> expected) {
        String found = isAtEnd() ? "the end" : String.valueOf(peek());
        return refusal("%s, expected %s".formatted(found, String.join(" or ", expected)));
    }

    MillraceException.InvalidRequest refusal(String message) {
        return refusalAt(column(), message);
    }

    MillraceException.InvalidRequest refusalAt(int column, String message) {
        return place.refusal("column %d: %s".formatted(column, message));
    }
}
