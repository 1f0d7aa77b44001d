package io.millrace.search;

import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads what hits are ordered by. Confined to one thread.
final class SortParser {
    private static final String EXPECTED =
            "\"field\", \"-field\", {\"field\": \"asc\" or \"desc\"} or {\"field\": {\"order\","
                    + " \"missing\", \"mode\"}}";
    private static final List<String> MEMBERS = List.of("order", "missing", "mode");

    private final FieldChecks checks;
    private final boolean isScored;

    /// @param isScored the query scores
    SortParser(FieldChecks checks, boolean isScored) {
        this.checks = checks;
        this.isScored = isScored;
    }

    /// One key or an array of them.
    List<SortKey> parse(Value value, Place place) {
        if (!(value instanceof Value.Array(List<Value> items))) {
            return List.of(key(value, place));
        }
        List<SortKey> keys = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            keys.add(key(items.get(i), place.item(i)));
        }
        return checks.sort(keys, place);
    }

    /// Keys as parameters have them: a path, `-` before it to fall, and behind it, each after a
    /// colon, `first` or `last` for documents without a value, `min` or `max` for several.
    List<SortKey> parse(List<String> parts, Place place) {
        List<SortKey> keys = new ArrayList<>(parts.size());
        for (String part : parts) {
            boolean descending = part.startsWith("-");
            Choice choice = new Choice(descending);
            String path = descending ? part.substring(1) : part;
            while (choice.isTaken(path.substring(path.lastIndexOf(':') + 1), path)) {
                path = path.substring(0, path.lastIndexOf(':'));
            }
            keys.add(choice.key(path, place));
        }
        return checks.sort(keys, place);
    }

    private SortKey key(Value value, Place place) {
        return switch (value) {
            case Value.Text(String text) when text.startsWith("-") ->
                    new Choice(true).key(text.substring(1), place);
            case Value.Text(String text) -> new Choice(false).key(text, place);
            case Value.Obj(Map<String, Value> members) when members.size() == 1 -> {
                Map.Entry<String, Value> only = members.entrySet().iterator().next();
                Place at = place.member(only.getKey());
                yield choice(only.getValue(), at).key(only.getKey(), at);
            }
            case Value.Obj _,
                    Value.Array _,
                    Value.Null _,
                    Value.Bool _,
                    Value.Int _,
                    Value.Real _,
                    Value.Decimal _ ->
                    throw place.mismatch(value, EXPECTED);
        };
    }

    private Choice choice(Value value, Place place) {
        if (!(value instanceof Value.Obj(Map<String, Value> members))) {
            return new Choice(isSecond(value, "asc", "desc", place));
        }
        for (String name : members.keySet()) {
            if (!MEMBERS.contains(name)) {
                throw place.member(name).unknown("member", name, MEMBERS);
            }
        }
        Value order = members.getOrDefault("order", Value.of("asc"));
        Choice choice = new Choice(isSecond(order, "asc", "desc", place.member("order")));
        Value missing = members.get("missing");
        if (missing != null) {
            choice.takeMissing(!isSecond(missing, "first", "last", place.member("missing")));
        }
        Value mode = members.get("mode");
        if (mode != null) {
            choice.takeLargest(isSecond(mode, "min", "max", place.member("mode")));
        }
        return choice;
    }

    private static boolean isSecond(Value value, String first, String second, Place place) {
        if (value instanceof Value.Text(String text)
                && (text.equals(first) || text.equals(second))) {
            return text.equals(second);
        }
        throw place.mismatch(value, first + " or " + second);
    }

    /// How to order by one key.
    private final class Choice {
        private final boolean descending;
        private boolean missingFirst;
        private boolean takesLargest;
        private boolean isSaid;

        Choice(boolean descending) {
            this.descending = descending;
            takesLargest = descending;
        }

        void takeMissing(boolean first) {
            missingFirst = first;
            isSaid = true;
        }

        void takeLargest(boolean largest) {
            takesLargest = largest;
            isSaid = true;
        }

        /// True when a word behind a path, which is not all of it, says how.
        boolean isTaken(String word, String path) {
            if (word.length() == path.length()) {
                return false;
            }
            switch (word) {
                case "first", "last" -> takeMissing(word.equals("first"));
                case "min", "max" -> takeLargest(word.equals("max"));
                default -> {
                    return false;
                }
            }
            return true;
        }

        SortKey key(String path, Place place) {
            if (isSaid && (path.equals(SortKey.SCORE) || path.equals(SortKey.KEY))) {
                throw place.refusal(
                        "%s with missing or mode, which are for fields: every hit has one %1$s"
                                .formatted(path));
            }
            checks.checkSort(path, isScored, place);
            return new SortKey(path, descending, missingFirst, takesLargest);
        }
    }
}
