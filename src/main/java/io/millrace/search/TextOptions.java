package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a text clause says, whatever kind it is.
///
/// - fields: each with its boost
/// - members: those beside the fields
record TextOptions(Map<Field, Float> fields, String text, Map<String, Value> members, Place place) {
    static final String TEXT = "text";
    private static final String OPERATOR = "operator";
    private static final String MINIMUM = "minimumShouldMatch";
    private static final String BOOST = "boost";
    private static final String PREFIX = "prefix";
    private static final String FUZZINESS = "fuzziness";
    private static final String PREFIX_LENGTH = "prefixLength";
    private static final String SLOP = "slop";

    /// Members that the clauses take.
    static final List<String> OF_MATCH =
            List.of(TEXT, OPERATOR, MINIMUM, BOOST, PREFIX, FUZZINESS, PREFIX_LENGTH);

    static final List<String> OF_FUZZY =
            List.of(TEXT, OPERATOR, MINIMUM, BOOST, FUZZINESS, PREFIX_LENGTH);
    static final List<String> OF_PHRASE = List.of(TEXT, SLOP, BOOST);

    TextRules rules(TextRules.Fuzziness unsaid) {
        @Nullable Value operator = members.get(OPERATOR);
        @Nullable Value minimum = members.get(MINIMUM);
        TextRules.Required required = TextRules.Required.ANY;
        if (operator != null) {
            Place at = place.member(OPERATOR);
            required =
                    switch (ClauseParser.text(operator, at, "or or and")) {
                        case "or" -> TextRules.Required.ANY;
                        case "and" -> TextRules.Required.ALL;
                        default -> throw at.mismatch(operator, "or or and");
                    };
        }
        if (minimum != null) {
            if (required.equals(TextRules.Required.ALL)) {
                throw place.member(MINIMUM)
                        .refusal(MINIMUM + " with operator and, expected one of them");
            }
            required = required(minimum, place.member(MINIMUM));
        }
        return TextRules.DEFAULT
                .withRequired(required)
                .withFuzziness(fuzziness(unsaid))
                .withLastBegins(flag(PREFIX))
                .withBoost(boost());
    }

    private TextRules.Fuzziness fuzziness(TextRules.Fuzziness unsaid) {
        @Nullable Value value = members.get(FUZZINESS);
        int prefixLength = whole(PREFIX_LENGTH, SearchLimits.TEXT_CHARS_MAX);
        int edits = unsaid.edits();
        if (value instanceof Value.Int(long number) && number >= 0 && number <= 2) {
            edits = (int) number;
        } else if (value instanceof Value.Text(String text) && text.equals("auto")) {
            edits = TextRules.Fuzziness.BY_LENGTH;
        } else if (value != null) {
            throw place.member(FUZZINESS).mismatch(value, "0, 1, 2 or \"auto\"");
        }
        return new TextRules.Fuzziness(edits, prefixLength);
    }

    private int whole(String name, int max) {
        @Nullable Value value = members.get(name);
        if (value == null) {
            return 0;
        }
        if (value instanceof Value.Int(long number) && number >= 0 && number <= max) {
            return (int) number;
        }
        throw place.member(name).mismatch(value, "a whole number from 0 to " + max);
    }

    private static TextRules.Required required(Value value, Place place) {
        switch (value) {
            case Value.Int(long number) when number >= 1 && number <= Integer.MAX_VALUE -> {
                return new TextRules.Required((int) number, false);
            }
            case Value.Text(String text) when text.matches("[0-9]{1,3}%") -> {
                int percent = Integer.parseInt(text.substring(0, text.length() - 1));
                if (percent >= 1 && percent <= 100) {
                    return new TextRules.Required(percent, true);
                }
            }
            case Value.Null _,
                    Value.Bool _,
                    Value.Int _,
                    Value.Real _,
                    Value.Decimal _,
                    Value.Text _,
                    Value.Obj _,
                    Value.Array _ -> {}
        }
        throw place.mismatch(value, "a whole number from 1, or \"1%\" to \"100%\"");
    }

    private boolean flag(String name) {
        @Nullable Value value = members.get(name);
        if (value == null) {
            return false;
        }
        if (value instanceof Value.Bool(boolean flag)) {
            return flag;
        }
        throw place.member(name).mismatch(value, "true or false");
    }

    float boost() {
        @Nullable Value value = members.get(BOOST);
        return value == null ? 1 : boost(value, place.member(BOOST));
    }

    static float boost(Value value, Place place) {
        float boost =
                switch (value) {
                    case Value.Int(long number) -> number;
                    case Value.Real(double number) -> (float) number;
                    case Value.Null _,
                            Value.Bool _,
                            Value.Decimal _,
                            Value.Text _,
                            Value.Obj _,
                            Value.Array _ ->
                            -1;
                };
        if (!(boost > 0 && boost <= SearchLimits.BOOST_MAX)) {
            throw place.mismatch(
                    value, "a number above 0 and at most %d".formatted(SearchLimits.BOOST_MAX));
        }
        return boost;
    }

    /// How far the words of a phrase may be apart.
    int slop() {
        return whole(SLOP, SearchLimits.SLOP_MAX);
    }
}
