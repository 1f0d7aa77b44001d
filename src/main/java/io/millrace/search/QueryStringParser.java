package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/// Reads what a person types into a search box: a part of the query syntax of Lucene's classic
/// parser, in which nothing is slow. Confined to one thread.
///
/// ```
/// query    := { operands [ "OR" | "||" ] }         any of them; "+" must, "-" must not be met
/// operands := operand { ( "AND" | "&&" ) operand }  all of them
/// operand  := [ "+" | "-" | "!" | "NOT" ] [ field ":" ] value [ "^" number ]
/// value    := word [ "~" [ 0 | 1 | 2 ] ] | word "*" | quoted [ "~" slop ] | range | "(" query ")"
/// range    := ( "[" | "{" ) ( bound | "*" ) "TO" ( bound | "*" ) ( "]" | "}" )
/// word     := characters other than space, ( ) : ^ " ~ [ ] { }; a backslash takes the next as it is
/// ```
///
/// - Without a field, words and quoted ones are looked for in all text fields; their scores add up.
/// - Where something must be met, what need not be met only adds to the score. Where nothing else
///   is asked for, what must not be met is taken from all documents.
/// - `*` and `*:*` are all documents, `field:*` those with any value.
/// - In fields that are not text a word is a whole value; there `*` and `?` may stand anywhere.
final class QueryStringParser {
    private static final List<String> SHOWN_VALUES =
            List.of("a word", "\"a phrase\"", "(", "field:");

    private final FieldChecks checks;
    private final ClauseParser clauses;
    private final QueryStringValues values;
    private final QueryStringScanner in;
    private final Place place;

    /// @param clauses counts what is read here too
    QueryStringParser(FieldChecks checks, ClauseParser clauses, String text, Place place) {
        this.checks = checks;
        this.clauses = clauses;
        this.place = place;
        in = new QueryStringScanner(text, place);
        values = new QueryStringValues(checks, clauses.textQueries(), place);
    }

    /// How an operand counts among its neighbours.
    private enum Occurs {
        MAY,
        MUST,
        MUST_NOT
    }

    /// - plain: the operand is nothing but this word; empty for any other
    private record Operand(Occurs occurs, String plain, Supplier<Query> query) {}

    Query parse() {
        List<Field> fields = checks.textFields();
        Query query = query(fields, 1);
        if (!in.isAtEnd()) {
            throw in.refusal("a ) without a ( in front of it, expected the end");
        }
        return query;
    }

    private Query query(List<Field> fields, int depth) {
        if (depth > SearchLimits.DEPTH_MAX) {
            throw in.refusal("clauses nested deeper than " + SearchLimits.DEPTH_MAX + " levels");
        }
        List<Operand> operands = new ArrayList<>();
        in.skipSpaces();
        while (!in.isAtEnd() && in.peek() != ')') {
            operands.add(operands(fields, depth));
            in.skipSpaces();
            if (in.skipWord("OR") || in.skip("||")) {
                in.skipSpaces();
                if (in.isAtEnd() || in.peek() == ')') {
                    throw in.unexpected(SHOWN_VALUES);
                }
            }
        }
        if (operands.isEmpty()) {
            throw in.unexpected(SHOWN_VALUES);
        }
        return joined(operands, fields);
    }

    private Operand operands(List<Field> fields, int depth) {
        Operand first = operand(fields, depth);
        List<Operand> all = new ArrayList<>(List.of(first));
        in.skipSpaces();
        while (in.skipWord("AND") || in.skip("&&")) {
            in.skipSpaces();
            all.add(operand(fields, depth));
            in.skipSpaces();
        }
        if (all.size() == 1) {
            return first;
        }
        List<Operand> required =
                all.stream()
                        .map(each ->
                                each.occurs() == Occurs.MAY
                                        ? new Operand(Occurs.MUST, "", each.query())
                                        : each)
                        .toList();
        return new Operand(Occurs.MAY, "", () -> joined(required, fields));
    }

    private Query joined(List<Operand> operands, List<Field> fields) {
        List<Query> must = new ArrayList<>();
        List<Query> may = new ArrayList<>();
        StringBuilder words = new StringBuilder();
        for (Operand operand : operands) {
            switch (operand.occurs()) {
                case MUST -> {
                    Query query = operand.query().get();
                    (TextQueries.isLeftOut(query) ? may : must).add(query);
                }
                case MUST_NOT -> {}
                case MAY -> {
                    if (operand.plain().isEmpty()) {
                        may.add(operand.query().get());
                    } else {
                        words.append(words.isEmpty() ? "" : " ").append(operand.plain());
                    }
                }
            }
        }
        if (!words.isEmpty()) {
            may.addFirst(values.words(fields, words.toString()));
        }
        Query met = must.isEmpty() ? or(may) : and(must);
        if (!must.isEmpty() && !may.isEmpty()) {
            met = new Query.Preferring(met, or(may));
        }
        List<Query> both = new ArrayList<>(List.of(met));
        for (Operand operand : operands) {
            if (operand.occurs() == Occurs.MUST_NOT) {
                both.add(new Query.Not(operand.query().get()));
            }
        }
        return and(both);
    }

    private static Query or(List<Query> queries) {
        return switch (queries.size()) {
            case 0 -> new Query.All();
            case 1 -> queries.getFirst();
            default -> new Query.Or(queries);
        };
    }

    private static Query and(List<Query> queries) {
        return queries.size() == 1 ? queries.getFirst() : new Query.And(queries);
    }

    private Operand operand(List<Field> fields, int depth) {
        Occurs occurs = occurs();
        in.skipSpaces();
        clauses.count(place);
        int column = in.column();
        if (in.skipWord("AND") || in.skipWord("OR")) {
            throw in.refusalAt(
                    column, "an operator without something in front of it, expected a word");
        }
        QueryStringScanner.Word word = in.word();
        if (!word.isEmpty() && in.skip(":")) {
            List<Field> named = field(word, column);
            int valueColumn = in.column();
            return new Operand(occurs, "", value(named, in.word(), valueColumn, true, depth));
        }
        Supplier<Query> value = value(fields, word, column, false, depth);
        boolean isPlain =
                occurs == Occurs.MAY
                        && word.isPlain()
                        && in.isBehind(word)
                        && fields.stream().allMatch(field -> field.type().isText());
        return new Operand(occurs, isPlain ? word.text() : "", value);
    }

    private Occurs occurs() {
        if (in.skipSign('+')) {
            return Occurs.MUST;
        }
        return in.skipSign('-') || in.skipSign('!') || in.skipWord("NOT")
                ? Occurs.MUST_NOT
                : Occurs.MAY;
    }

    /// Every field for `*`.
    private List<Field> field(QueryStringScanner.Word name, int column) {
        if (name.pattern().equals("*")) {
            return List.of();
        }
        return List.of(located(column, () -> checks.known(name.text(), place)));
    }

    private Supplier<Query> value(
            List<Field> fields,
            QueryStringScanner.Word word,
            int column,
            boolean isNamed,
            int depth) {
        Supplier<Query> value;
        if (!word.isEmpty()) {
            int edits = in.skip("~") ? in.edits() : 0;
            value = () -> values.word(fields, word, edits, isNamed);
        } else if (in.isAtEnd()) {
            throw in.unexpected(SHOWN_VALUES);
        } else if (in.peek() == '"') {
            String quoted = in.quoted();
            int slop = in.skip("~") ? in.slop() : 0;
            value = () -> values.quoted(fields, quoted, slop);
        } else if (in.skip("(")) {
            Query group = query(fields, depth + 1);
            if (!in.skip(")")) {
                throw in.unexpected(List.of(")"));
            }
            value = () -> group;
        } else if (isNamed && (in.peek() == '[' || in.peek() == '{')) {
            QueryStringScanner.Range range = in.range();
            value = () -> values.range(fields, range);
        } else {
            throw in.unexpected(SHOWN_VALUES);
        }
        float boost = in.skip("^") ? in.boost() : 1;
        Supplier<Query> unboosted = value;
        return () -> QueryStringValues.boosted(located(column, unboosted), boost);
    }

    /// What is refused is refused with the column of the value.
    private <T> T located(int column, Supplier<T> read) {
        try {
            return read.get();
        } catch (MillraceException.InvalidRequest e) {
            String message = Objects.requireNonNullElse(e.getMessage(), "");
            throw message.startsWith("column ") ? e : in.refusalAt(column, message);
        }
    }
}
