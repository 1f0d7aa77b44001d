package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.List;

/// The text form of an array, read once from front to back: `{1,NULL,"a, b"}`, `{{1},{2}}`,
/// `[0:1]={1,2}`. Confined to one thread.
final class ArrayText {
    /// The database allows no more.
    private static final int DIMENSIONS_MAX = 6;

    private final String text;
    private final char delimiter;
    private int at;

    ArrayText(String text, char delimiter) {
        this.text = text;
        this.delimiter = delimiter;
    }

    /// @throws MillraceException.InvalidRequest when it is no array, or an item none of the type
    Value parse(ColumnType element) {
        if (peek() == '[') {
            at = text.indexOf('=') + 1;
        }
        Value array = dimension(element, 1);
        if (at != text.length()) {
            throw refused();
        }
        return array;
    }

    private Value dimension(ColumnType element, int depth) {
        take('{');
        List<Value> items = new ArrayList<>();
        if (peek() == '}') {
            at++;
            return new Value.Array(items);
        }
        while (true) {
            if (peek() != '{') {
                items.add(item(element));
            } else if (depth < DIMENSIONS_MAX) {
                items.add(dimension(element, depth + 1));
            } else {
                throw refused();
            }
            char after = peek();
            at++;
            if (after == '}') {
                return new Value.Array(items);
            }
            if (after != delimiter) {
                throw refused();
            }
        }
    }

    private Value item(ColumnType element) {
        if (peek() == '"') {
            return element.parse(quoted());
        }
        StringBuilder item = new StringBuilder();
        boolean escaped = false;
        while (peek() != delimiter && peek() != '}') {
            escaped |= peek() == '\\';
            item.append(character());
        }
        if (item.isEmpty()) {
            throw refused();
        }
        String unquoted = item.toString();
        return !escaped && unquoted.equals("NULL") ? Value.NULL : element.parse(unquoted);
    }

    private String quoted() {
        take('"');
        StringBuilder item = new StringBuilder();
        while (peek() != '"') {
            item.append(character());
        }
        at++;
        return item.toString();
    }

    /// The next character, or the one that a backslash stands before.
    private char character() {
        if (peek() == '\\') {
            at++;
        }
        char next = peek();
        at++;
        return next;
    }

    private void take(char expected) {
        if (peek() != expected) {
            throw refused();
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw refused();
        }
        return text.charAt(at);
    }

    private MillraceException.InvalidRequest refused() {
        return ColumnType.refused(
                "array", text, "items parted by %s in braces".formatted(delimiter));
    }
}
