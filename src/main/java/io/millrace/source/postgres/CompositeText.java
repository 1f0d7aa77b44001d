package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The text form of a row in a column: `(1,"a, ""b""",)`. Stateless.
final class CompositeText {
    private CompositeText() {}

    /// The texts of the values, empty where one is null.
    ///
    /// @throws MillraceException.InvalidRequest when it is no row
    static List<Optional<String>> cells(String text) {
        String expected = "values parted by commas in parentheses";
        int last = text.length() - 1;
        if (last < 1 || text.charAt(0) != '(' || text.charAt(last) != ')') {
            throw refused(text, expected);
        }
        List<Optional<String>> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean isNull = true;
        boolean quoted = false;
        for (int at = 1; at < last; at++) {
            char c = text.charAt(at);
            if (c == ',' && !quoted) {
                cells.add(isNull ? Optional.empty() : Optional.of(cell.toString()));
                cell.setLength(0);
                isNull = true;
                continue;
            }
            isNull = false;
            boolean doubled = c == '"' && quoted && text.charAt(at + 1) == '"';
            if (c == '"' && !doubled) {
                quoted = !quoted;
                continue;
            }
            if (doubled || c == '\\') {
                at++;
            }
            if (at == last) {
                throw refused(text, expected);
            }
            cell.append(text.charAt(at));
        }
        if (quoted) {
            throw refused(text, expected);
        }
        cells.add(isNull ? Optional.empty() : Optional.of(cell.toString()));
        return cells;
    }

    static MillraceException.InvalidRequest refused(String text, String expected) {
        return ColumnType.refused("composite", text, expected);
    }
}
