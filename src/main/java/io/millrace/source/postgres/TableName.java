package io.millrace.source.postgres;

import java.util.Optional;

/// A table of a database, its name as the catalog has it: upper and lower case differ.
public record TableName(String schema, String table) {
    private static final String USUAL_SCHEMA = "public";

    /// Bytes of a name in a database that was built as usual.
    private static final int NAME_BYTES_MAX = 63;

    /// `track`, which means `public.track`, or `sales.track`; a part that has a dot itself stands
    /// in double quotes. Empty when it is no name of a table.
    public static Optional<TableName> parse(String text) {
        int dot = dotOutsideQuotes(text);
        Optional<String> schema =
                dot < 0 ? Optional.of(USUAL_SCHEMA) : part(text.substring(0, dot));
        Optional<String> table = part(text.substring(dot + 1));
        return schema.flatMap(first -> table.map(second -> new TableName(first, second)));
    }

    private static int dotOutsideQuotes(String text) {
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '.' && !quoted) {
                return i;
            }
        }
        return -1;
    }

    private static Optional<String> part(String text) {
        String name = text;
        if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
            name = text.substring(1, text.length() - 1).replace("\"\"", "\"");
        } else if (text.indexOf('.') >= 0 || text.indexOf('"') >= 0) {
            return Optional.empty();
        }
        boolean fits =
                !name.isEmpty()
                        && name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length
                                <= NAME_BYTES_MAX
                        && name.chars().noneMatch(c -> c < ' ');
        return fits ? Optional.of(name) : Optional.empty();
    }

    /// As SQL writes it: `"public"."track"`.
    public String quoted() {
        return quoted(schema) + "." + quoted(table);
    }

    /// A name as SQL writes it.
    static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /// A text as SQL writes it where it takes no parameters.
    static String literal(String text) {
        String doubled = text.replace("'", "''");
        return text.indexOf('\\') < 0
                ? "'" + doubled + "'"
                : "E'" + doubled.replace("\\", "\\\\") + "'";
    }

    /// As definitions and messages write it.
    @Override
    public String toString() {
        return written(schema) + "." + written(table);
    }

    private static String written(String name) {
        return name.indexOf('.') < 0 && name.indexOf('"') < 0 ? name : quoted(name);
    }
}
