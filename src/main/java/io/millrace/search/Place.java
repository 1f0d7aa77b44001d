package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Value;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// A place in a request, and so what a refusal points at: a JSON pointer into the body, or the name
/// of a parameter.
record Place(String pointer) {
    static final Place BODY = new Place("");

    private static final int SHOWN_CHARS_MAX = 80;
    private static final int LISTED_NAMES_MAX = 30;

    Place member(String name) {
        return new Place(pointer + "/" + name.replace("~", "~0").replace("/", "~1"));
    }

    Place item(int index) {
        return new Place(pointer + "/" + index);
    }

    MillraceException.InvalidRequest refusal(String message) {
        return MillraceException.InvalidRequest.malformed(pointer, message);
    }

    /// Refuses a value of the wrong kind.
    MillraceException.InvalidRequest mismatch(Value value, String expected) {
        String found =
                switch (value) {
                    case Value.Array(List<Value> items) when items.isEmpty() -> "an empty array";
                    case Value.Obj object when object.members().isEmpty() -> "an empty object";
                    case Value.Null _, Value.Array _, Value.Obj _ -> value.kind();
                    case Value.Bool _, Value.Int _, Value.Real _, Value.Decimal _, Value.Text _ ->
                            value.kind() + " " + shown(value.toString());
                };
        return refusal(found + ", expected " + expected);
    }

    /// Refuses a name that is none of those known.
    MillraceException.InvalidRequest unknown(String what, String name, Collection<String> known) {
        return refusal("unknown %s %s, %s".formatted(what, quoted(name), hint(name, known)));
    }

    static String quoted(String text) {
        return '"' + shown(text) + '"';
    }

    private static String shown(String text) {
        return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "…";
    }

    /// The nearest of the known names if one is near, else all of them up to a bound.
    static String hint(String name, Collection<String> known) {
        Optional<String> nearest = nearest(name, known);
        if (nearest.isPresent()) {
            return "did you mean " + quoted(nearest.get()) + "?";
        }
        List<String> listed = known.stream().limit(LISTED_NAMES_MAX).toList();
        String names = listed.isEmpty() ? "nothing" : String.join(", ", listed);
        return "expected one of "
                + names
                + (known.size() > listed.size()
                        ? " and %d more".formatted(known.size() - listed.size())
                        : "");
    }

    private static Optional<String> nearest(String name, Collection<String> known) {
        if (name.length() > SHOWN_CHARS_MAX) {
            return Optional.empty();
        }
        String nearest = null;
        int least = 1 + Math.min(3, name.length() / 3);
        for (String candidate : known) {
            int edits = edits(name, candidate, least);
            if (edits < least) {
                least = edits;
                nearest = candidate;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /// Letters to change, insert, drop or swap with the next to get from one name to another, or
    /// `enough` when there are that many or more.
    private static int edits(String a, String b, int enough) {
        if (Math.abs(a.length() - b.length()) >= enough) {
            return enough;
        }
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                boolean same = letter(a, i) == letter(b, j);
                int least =
                        Math.min(
                                Math.min(edits[i - 1][j], edits[i][j - 1]) + 1,
                                edits[i - 1][j - 1] + (same ? 0 : 1));
                boolean swapped =
                        i > 1
                                && j > 1
                                && letter(a, i) == letter(b, j - 1)
                                && letter(a, i - 1) == letter(b, j);
                edits[i][j] = swapped ? Math.min(least, edits[i - 2][j - 2] + 1) : least;
            }
        }
        return Math.min(edits[a.length()][b.length()], enough);
    }

    private static char letter(String name, int position) {
        return Character.toLowerCase(name.charAt(position - 1));
    }
}
