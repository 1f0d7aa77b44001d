package io.millrace.search;

import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Reads the JSON body of a search. Confined to one thread.
final class BodyParser {
    private static final List<String> MEMBERS =
            List.of(
                    "query",
                    "filter",
                    "sort",
                    "limit",
                    "offset",
                    "fields",
                    "total",
                    "facets",
                    "highlight");

    private final FieldChecks checks;
    private final ClauseParser clauses;
    private final FacetParser facets;

    BodyParser(FieldChecks checks) {
        this.checks = checks;
        this.clauses = new ClauseParser(checks);
        this.facets = new FacetParser(checks, clauses);
    }

    SearchRequest parse(Value body) {
        if (!(body instanceof Value.Obj(Map<String, Value> members))) {
            throw Place.BODY.mismatch(body, "an object with " + String.join(", ", MEMBERS));
        }
        for (String name : members.keySet()) {
            if (!MEMBERS.contains(name)) {
                throw Place.BODY.member(name).unknown("member", name, MEMBERS);
            }
        }
        SearchRequest.Builder request = SearchRequest.builder();
        Optional<Query> query = clause(members, "query");
        query.ifPresent(request::query);
        clause(members, "filter").ifPresent(request::filter);
        boolean scored = query.filter(Query::scores).isPresent();
        member(
                members,
                "sort",
                (value, place) -> request.sort(new SortParser(checks, scored).parse(value, place)));
        member(members, "limit", (value, place) -> request.limit(limit(value, place)));
        member(members, "offset", (value, place) -> request.offset(offset(value, place)));
        member(members, "fields", (value, place) -> request.fields(fields(value, place)));
        member(
                members,
                "total",
                (value, place) ->
                        request.isCounted(
                                checks.isCounted(text(value, place, "exact or none"), place)));
        member(members, "facets", (value, place) -> request.facets(facets.parse(value, place)));
        member(
                members,
                "highlight",
                (value, place) ->
                        request.highlight(new HighlightParser(checks).parse(value, place)));
        return checks.inWindow(request.build(), Place.BODY.member("offset"));
    }

    private static void member(
            Map<String, Value> members, String name, BiConsumer<Value, Place> reader) {
        Value value = members.get(name);
        if (value != null) {
            reader.accept(value, Place.BODY.member(name));
        }
    }

    private Optional<Query> clause(Map<String, Value> members, String name) {
        return Optional.ofNullable(members.get(name))
                .map(value -> clauses.clause(value, Place.BODY.member(name)));
    }

    private int limit(Value value, Place place) {
        if (value instanceof Value.Int(long limit)) {
            return checks.limit(limit, place);
        }
        throw place.mismatch(value, "a whole number from 0 to " + SearchLimits.LIMIT_MAX);
    }

    private int offset(Value value, Place place) {
        if (value instanceof Value.Int(long offset)) {
            return checks.offset(offset, place);
        }
        throw place.mismatch(value, "a whole number from 0 to " + SearchLimits.WINDOW_MAX);
    }

    private List<String> fields(Value value, Place place) {
        if (!(value instanceof Value.Array(List<Value> items))) {
            throw place.mismatch(value, "an array of paths");
        }
        List<String> paths = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            paths.add(text(items.get(i), place.item(i), "a path"));
        }
        return checks.fields(paths, place);
    }

    private static String text(Value value, Place place, String expected) {
        if (value instanceof Value.Text(String text)) {
            return text;
        }
        throw place.mismatch(value, expected + " as a string");
    }
}
