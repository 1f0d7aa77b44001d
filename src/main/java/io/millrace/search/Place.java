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
        return refusal(
                value instanceof Value.Null
                        ? "null, expected " + expected
                        : value.kind() + " " + shown(value.toString()) + ", expected " + expected);
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

    /// Single-character edits between two names, or `enough` when there are that many or more.
    private static int edits(String a, String b, int enough) {
        if (Math.abs(a.length() - b.length()) >= enough) {
            return enough;
        }
        int[] previous = new int[b.length() + 1];
        int[] current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same =
                        Character.toLowerCase(a.charAt(i - 1))
                                == Character.toLowerCase(b.charAt(j - 1));
                current[j] =
                        Math.min(
                                Math.min(current[j - 1], previous[j]) + 1,
                                previous[j - 1] + (same ? 0 : 1));
            }
            int[] swap = previous;
            previous = current;
            current = swap;
        }
        return Math.min(previous[b.length()], enough);
    }
}
