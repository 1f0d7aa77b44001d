package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads what a request says of highlighting. Confined to one thread.
final class HighlightParser {
    private static final String FIELDS = "fields";
    private static final String FRAGMENTS = "fragments";
    private static final String LENGTH = "length";
    private static final String PRE = "pre";
    private static final String POST = "post";
    private static final String ENCODE = "encode";
    private static final List<String> MEMBERS =
            List.of(FIELDS, FRAGMENTS, LENGTH, PRE, POST, ENCODE);

    private final FieldChecks checks;

    HighlightParser(FieldChecks checks) {
        this.checks = checks;
    }

    Highlight parse(Value value, Place place) {
        if (!(value instanceof Value.Obj(Map<String, Value> members))) {
            throw place.mismatch(value, "an object with " + String.join(", ", MEMBERS));
        }
        for (String name : members.keySet()) {
            if (!MEMBERS.contains(name)) {
                throw place.member(name).unknown("member", name, MEMBERS);
            }
        }
        @Nullable Value fields = members.get(FIELDS);
        if (!(fields instanceof Value.Array(List<Value> items))) {
            throw place.refusal("no fields, expected an array of text fields in " + FIELDS);
        }
        Place at = place.member(FIELDS);
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            paths.add(ClauseParser.text(items.get(i), at.item(i), "a field"));
        }
        return new Highlight(
                fields(paths, at),
                whole(
                        members,
                        FRAGMENTS,
                        Highlight.FRAGMENTS_DEFAULT,
                        0,
                        SearchLimits.FRAGMENTS_MAX,
                        place),
                whole(
                        members,
                        LENGTH,
                        Highlight.LENGTH_DEFAULT,
                        SearchLimits.FRAGMENT_CHARS_MIN,
                        SearchLimits.FRAGMENT_CHARS_MAX,
                        place),
                tag(members, PRE, Highlight.PRE_DEFAULT, place),
                tag(members, POST, Highlight.POST_DEFAULT, place),
                isHtml(members.get(ENCODE), place.member(ENCODE)));
    }

    List<Field> fields(List<String> paths, Place place) {
        if (paths.isEmpty() || paths.size() > SearchLimits.HIGHLIGHT_FIELDS_MAX) {
            throw place.refusal(
                    "%d fields to highlight, expected 1 to %d"
                            .formatted(paths.size(), SearchLimits.HIGHLIGHT_FIELDS_MAX));
        }
        return paths.stream()
                .map(path -> checks.field(path, ClauseKind.MATCH, place))
                .distinct()
                .toList();
    }

    private static int whole(
            Map<String, Value> members, String name, int unsaid, int min, int max, Place place) {
        @Nullable Value value = members.get(name);
        if (value == null) {
            return unsaid;
        }
        if (value instanceof Value.Int(long number) && number >= min && number <= max) {
            return (int) number;
        }
        throw place.member(name)
                .mismatch(value, "a whole number from %d to %d".formatted(min, max));
    }

    private static String tag(Map<String, Value> members, String name, String unsaid, Place place) {
        @Nullable Value value = members.get(name);
        if (value == null) {
            return unsaid;
        }
        String tag = ClauseParser.text(value, place.member(name), "a text");
        if (tag.length() > SearchLimits.TAG_CHARS_MAX) {
            throw place.member(name)
                    .refusal(
                            "%d characters, expected at most %d"
                                    .formatted(tag.length(), SearchLimits.TAG_CHARS_MAX));
        }
        return tag;
    }

    private static boolean isHtml(@Nullable Value value, Place place) {
        if (value == null) {
            return false;
        }
        return switch (ClauseParser.text(value, place, "none or html")) {
            case "none" -> false;
            case "html" -> true;
            default -> throw place.mismatch(value, "none or html");
        };
    }
}
