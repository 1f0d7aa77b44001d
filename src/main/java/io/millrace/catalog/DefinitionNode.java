package io.millrace.catalog;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// One value of a definition with its place, so that every refusal names it. Immutable.
///
/// - pointer: JSON pointer (RFC 6901) from the root of the definition, empty for the root
record DefinitionNode(String pointer, Value value) {
    private static final int SHOWN_CHARS_MAX = 60;
    private static final int HINT_EDITS_MAX = 2;

    /// The member with this name; JSON's null counts as given.
    Optional<DefinitionNode> member(String name) {
        Value member = object().get(name);
        return member == null ? Optional.empty() : Optional.of(child(name, member));
    }

    DefinitionNode required(String name, String what) {
        return member(name)
                .orElseThrow(() -> refused("member %s is missing, expected %s", name, what));
    }

    List<DefinitionNode> members() {
        return object().members().entrySet().stream()
                .map(member -> child(member.getKey(), member.getValue()))
                .toList();
    }

    List<DefinitionNode> items() {
        if (value instanceof Value.Array(List<Value> items)) {
            return java.util.stream.IntStream.range(0, items.size())
                    .mapToObj(i -> child(Integer.toString(i), items.get(i)))
                    .toList();
        }
        throw expected("an array");
    }

    /// The last step of the pointer: a member's name as it was written.
    String name() {
        String step = pointer.substring(pointer.lastIndexOf('/') + 1);
        return step.replace("~1", "/").replace("~0", "~");
    }

    Value.Obj object() {
        if (value instanceof Value.Obj object) {
            return object;
        }
        throw expected("an object");
    }

    String text() {
        if (value instanceof Value.Text(String text)) {
            return text;
        }
        throw expected("a string");
    }

    boolean bool() {
        if (value instanceof Value.Bool(boolean bool)) {
            return bool;
        }
        throw expected("true or false");
    }

    /// One of the given words.
    String word(Collection<String> words) {
        if (value instanceof Value.Text(String text) && words.contains(text)) {
            return text;
        }
        throw expected(oneOf(words));
    }

    /// Refuses members that are not among the known ones, naming the one that was likely meant.
    ///
    /// @param later members of later versions, each with what this version does instead
    void refuseUnknown(Collection<String> known, Map<String, String> later) {
        for (DefinitionNode member : members()) {
            String name = member.name();
            if (known.contains(name)) {
                continue;
            }
            String reason = later.get(name);
            if (reason != null) {
                throw member.refused("%s is reserved: %s", name, reason);
            }
            throw member.refused(
                    "unknown member %s, expected %s%s",
                    shown(name), oneOf(known), hint(name, known));
        }
    }

    InvalidRequest expected(String what) {
        return value instanceof Value.Null || value instanceof Value.Obj
                ? refused("%s, expected %s", value.kind(), what)
                : refused("%s %s, expected %s", value.kind(), shown(value.toString()), what);
    }

    InvalidRequest refused(String format, Object... arguments) {
        String where = pointer.isEmpty() ? "definition" : pointer.substring(1).replace('/', '.');
        return InvalidRequest.malformed(pointer, where + ": " + format.formatted(arguments));
    }

    private DefinitionNode child(String step, Value child) {
        return new DefinitionNode(
                pointer + "/" + step.replace("~", "~0").replace("/", "~1"), child);
    }

    static String oneOf(Collection<String> words) {
        List<String> sorted = words.stream().sorted().toList();
        return sorted.size() == 1
                ? sorted.getFirst()
                : sorted.stream().limit(sorted.size() - 1L).collect(Collectors.joining(", "))
                        + " or "
                        + sorted.getLast();
    }

    private static String hint(String name, Collection<String> known) {
        String folded = name.toLowerCase(Locale.ROOT).replace('_', '-');
        return known.stream()
                .min(
                        java.util.Comparator.<String>comparingInt(word -> edits(folded, word))
                                .thenComparing(word -> word))
                .filter(word -> edits(folded, word) <= HINT_EDITS_MAX)
                .map(word -> "; did you mean " + word + "?")
                .orElse("");
    }

    /// Levenshtein's distance; names longer than any known word are far from all of them.
    private static int edits(String from, String to) {
        if (Math.abs(from.length() - to.length()) > HINT_EDITS_MAX) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }

    private static String shown(String text) {
        return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "…";
    }
}
