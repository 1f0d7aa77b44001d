package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads a search from the parameters of a GET. Confined to one thread.
final class ParameterParser {
    private static final List<String> NAMES =
            List.of(
                    "q",
                    "filter",
                    "sort",
                    "limit",
                    "offset",
                    "fields",
                    "total",
                    "facets",
                    "highlight");
    private static final List<String> OPERATORS =
            List.of(
                    "eq",
                    "ne",
                    "in",
                    "gt",
                    "gte",
                    "lt",
                    "lte",
                    "prefix",
                    "wildcard",
                    "exists",
                    "missing");

    /// Operators that take no value.
    private static final List<String> BARE_OPERATORS = List.of("exists", "missing");

    private final FieldChecks checks;
    private final ClauseParser clauses;
    private final FacetParser facets;

    ParameterParser(FieldChecks checks) {
        this.checks = checks;
        this.clauses = new ClauseParser(checks);
        this.facets = new FacetParser(checks, clauses);
    }

    SearchRequest parse(Map<String, List<String>> parameters) {
        for (String name : parameters.keySet()) {
            if (!NAMES.contains(name)) {
                throw new Place(name).unknown("parameter", name, NAMES);
            }
        }
        SearchRequest.Builder request = SearchRequest.builder();
        Optional<Query> query = once(parameters, "q").flatMap(this::query);
        query.ifPresent(request::query);
        filter(parameters.getOrDefault("filter", List.of())).ifPresent(request::filter);
        boolean scored = query.filter(Query::scores).isPresent();
        Place sortPlace = new Place("sort");
        once(parameters, "sort")
                .ifPresent(text ->
                        request.sort(
                                new SortParser(checks, scored)
                                        .parse(parts(text, sortPlace), sortPlace)));
        once(parameters, "limit")
                .ifPresent(text ->
                        request.limit(
                                number("limit", text, SearchLimits.LIMIT_MAX, checks::limit)));
        once(parameters, "offset")
                .ifPresent(text ->
                        request.offset(
                                number("offset", text, SearchLimits.WINDOW_MAX, checks::offset)));
        Place fieldsPlace = new Place("fields");
        once(parameters, "fields")
                .ifPresent(text ->
                        request.fields(
                                text.isEmpty()
                                        ? List.of()
                                        : checks.fields(parts(text, fieldsPlace), fieldsPlace)));
        once(parameters, "total")
                .ifPresent(text -> request.isCounted(checks.isCounted(text, new Place("total"))));
        Place facetsPlace = new Place("facets");
        once(parameters, "facets")
                .ifPresent(text ->
                        request.facets(facets.terms(parts(text, facetsPlace), facetsPlace)));
        Place highlightPlace = new Place("highlight");
        once(parameters, "highlight")
                .ifPresent(text ->
                        request.highlight(
                                Highlight.of(
                                        new HighlightParser(checks)
                                                .fields(
                                                        parts(text, highlightPlace),
                                                        highlightPlace))));
        return checks.inWindow(request.build(), new Place("offset"));
    }

    /// Text that matches in several fields scores the sum of what it scores in each. A blank text
    /// is no query, so that a page can search while a person empties the box.
    private Optional<Query> query(String text) {
        Place place = new Place("q");
        if (text.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(clauses.typed(text, place));
    }

    private Optional<Query> filter(List<String> texts) {
        Place place = new Place("filter");
        if (texts.size() > SearchLimits.CLAUSES_MAX) {
            throw place.refusal("more than " + SearchLimits.CLAUSES_MAX + " clauses");
        }
        List<Query> conditions = texts.stream().map(text -> condition(text, place)).toList();
        return switch (conditions.size()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(conditions.getFirst());
            default -> Optional.of(new Query.And(conditions));
        };
    }

    /// `field:op:value`; what follows the second colon is the value, whatever it holds. Also
    /// `field:exists` and `field:missing`.
    private Query condition(String text, Place place) {
        int first = text.indexOf(':');
        int second = first < 0 ? -1 : text.indexOf(':', first + 1);
        boolean isBare = second < 0 && BARE_OPERATORS.contains(text.substring(first + 1));
        if (first <= 0 || (second < 0 && !isBare)) {
            throw place.refusal(
                    "filter %s, expected field:op:value with op one of %s"
                            .formatted(Place.quoted(text), String.join(", ", OPERATORS)));
        }
        String path = text.substring(0, first);
        String operator = text.substring(first + 1, isBare ? text.length() : second);
        if (!isBare && BARE_OPERATORS.contains(operator)) {
            throw place.refusal(
                    "filter %s, expected %s:%s without a value"
                            .formatted(Place.quoted(text), path, operator));
        }
        Value value = Value.of(isBare ? "" : text.substring(second + 1));
        return switch (operator) {
            case "eq" -> eq(path, value, place);
            case "ne" -> new Query.Not(eq(path, value, place));
            case "in" -> in(path, items(value.toString()), place);
            case "exists" -> exists(path, ClauseKind.EXISTS, place);
            case "missing" -> new Query.Not(exists(path, ClauseKind.MISSING, place));
            case "gt" -> lower(path, value, false, place);
            case "gte" -> lower(path, value, true, place);
            case "lt" -> upper(path, value, false, place);
            case "lte" -> upper(path, value, true, place);
            case "prefix" -> prefix(path, value.toString(), place);
            case "wildcard" ->
                    new Query.Wildcard(
                            checks.field(path, ClauseKind.WILDCARD, place),
                            checks.pattern(value.toString(), place));
            default -> throw place.unknown("operator", operator, OPERATORS);
        };
    }

    private Query prefix(String path, String prefix, Place place) {
        Field field = checks.field(path, ClauseKind.PREFIX, place);
        checks.checkLength(field, prefix, place);
        return new Query.Prefix(field, prefix);
    }

    private Query eq(String path, Value value, Place place) {
        if (path.equals(SortKey.KEY)) {
            return new Query.Keys(List.of(checks.key(value.toString(), place)));
        }
        Field field = checks.field(path, ClauseKind.EQ, place);
        return new Query.Eq(field, checks.constant(field, value, place));
    }

    private Query in(String path, List<String> texts, Place place) {
        if (texts.size() > SearchLimits.VALUES_MAX) {
            throw place.refusal(
                    "%d values, expected at most %d"
                            .formatted(texts.size(), SearchLimits.VALUES_MAX));
        }
        Field field = checks.field(path, ClauseKind.IN, place);
        return new Query.In(
                field,
                texts.stream().map(text -> checks.constant(field, Value.of(text), place)).toList());
    }

    /// Texts that commas part; a comma or backslash of a text has a backslash in front.
    private static List<String> items(String text) {
        List<String> items = new ArrayList<>();
        StringBuilder item = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ',') {
                items.add(item.toString());
                item.setLength(0);
            } else {
                boolean isEscape = c == '\\' && i + 1 < text.length();
                item.append(isEscape ? text.charAt(++i) : c);
            }
        }
        items.add(item.toString());
        return items;
    }

    private Query exists(String path, ClauseKind kind, Place place) {
        return new Query.Exists(checks.field(path, kind, place));
    }

    private Query lower(String path, Value value, boolean inclusive, Place place) {
        Field field = checks.field(path, ClauseKind.RANGE, place);
        return new Query.Range(field, checks.constant(field, value, place), inclusive, null, false);
    }

    private Query upper(String path, Value value, boolean inclusive, Place place) {
        Field field = checks.field(path, ClauseKind.RANGE, place);
        return new Query.Range(field, null, false, checks.constant(field, value, place), inclusive);
    }

    private interface NumberCheck {
        int checked(long number, Place place);
    }

    private static int number(String name, String text, int most, NumberCheck check) {
        Place place = new Place(name);
        try {
            return check.checked(Long.parseLong(text), place);
        } catch (NumberFormatException e) {
            throw place.refusal(
                    "%s %s, expected a whole number from 0 to %d"
                            .formatted(name, Place.quoted(text), most));
        }
    }

    private static List<String> parts(String text, Place place) {
        List<String> parts = List.of(text.split(",", -1));
        if (parts.stream().anyMatch(String::isBlank)) {
            throw place.refusal(
                    "%s %s, expected names joined by commas"
                            .formatted(place.pointer(), Place.quoted(text)));
        }
        return parts;
    }

    static Optional<String> once(Map<String, List<String>> parameters, String name) {
        List<String> values = parameters.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw new Place(name)
                    .refusal("%s given %d times, expected once".formatted(name, values.size()));
        }
        return values.stream().findFirst();
    }
}
