package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the facets of one request. Confined to one thread.
final class FacetParser {
    private static final String TERMS = "terms";
    private static final String RANGE = "range";
    private static final String HISTOGRAM = "histogram";
    private static final String STATS = "stats";
    private static final String DISTINCT = "distinct";
    private static final Set<String> NUMBER_NAMES = Set.of("limit", "minCount");
    private static final List<String> TYPES = List.of(TERMS, RANGE, HISTOGRAM, STATS, DISTINCT);

    private static final Set<FieldType> TIMES = EnumSet.of(FieldType.TIMESTAMP, FieldType.DATE);
    private static final Set<FieldType> NUMBERS =
            EnumSet.of(FieldType.LONG, FieldType.DOUBLE, FieldType.DECIMAL);

    private static final String UTC = "UTC";
    private static final long MICROS_PER_DAY = 86_400_000_000L;

    /// Digits of a width or offset before and behind its point.
    private static final int NUMBER_DIGITS_MAX = 400;

    private final FieldChecks checks;
    private final ClauseParser clauses;
    private int count;

    FacetParser(FieldChecks checks, ClauseParser clauses) {
        this.checks = checks;
        this.clauses = clauses;
    }

    /// Facets of the most frequent values of some fields, under the names of those.
    Map<String, Facet> terms(List<String> paths, Place place) {
        Map<String, Facet> facets = new LinkedHashMap<>();
        for (String path : paths) {
            count(place);
            Field field = checks.facetField(path, FieldType::isOrdered, place);
            if (facets.put(path, Facet.terms(field, SearchLimits.FACET_LIMIT_DEFAULT)) != null) {
                throw place.refusal("facets names " + Place.quoted(path) + " twice");
            }
        }
        return facets;
    }

    /// The values of one field: parameters `prefix`, `limit`, `after`, `order`, `minCount`.
    Facet values(String path, Map<String, String> parameters) {
        Field field = checks.facetField(path, FieldType::isOrdered, new Place("field"));
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("order", Value.of("value"));
        parameters.forEach((name, text) -> {
            boolean isNumber = NUMBER_NAMES.contains(name) && text.matches("[0-9]{1,18}");
            members.put(name, isNumber ? Value.of(Long.parseLong(text)) : Value.of(text));
        });
        Members left = new Members(members, new Place("parameters"), Place::new);
        Facet.Terms terms = terms(field, left);
        left.requireNoOther();
        return new Facet(field, terms, true, false, Map.of());
    }

    /// An object of facets by name.
    Map<String, Facet> parse(Value value, Place place) {
        return parse(value, place, false);
    }

    private Map<String, Facet> parse(Value value, Place place, boolean isNested) {
        if (!(value instanceof Value.Obj(Map<String, Value> members))) {
            throw place.mismatch(value, "an object such as {\"field\": {\"limit\": 10}}");
        }
        Map<String, Facet> facets = new LinkedHashMap<>();
        members.forEach((name, facet) -> {
            Place at = place.member(name);
            count(at);
            if (!(facet instanceof Value.Obj(Map<String, Value> own))) {
                throw at.mismatch(facet, "an object such as {\"limit\": 10}");
            }
            facets.put(name, facet(name, new Members(own, at, at::member), isNested));
        });
        return facets;
    }

    private void count(Place place) {
        if (++count > SearchLimits.FACETS_MAX) {
            throw place.refusal("more than " + SearchLimits.FACETS_MAX + " facets");
        }
    }

    private Facet facet(String name, Members members, boolean isNested) {
        String type = members.text("type", TERMS);
        Place fieldPlace = members.has("field") ? members.place("field") : members.place;
        String path = members.text("field", name);
        Field field;
        Facet.Kind kind;
        switch (type) {
            case TERMS -> {
                field = checks.facetField(path, FieldType::isOrdered, fieldPlace);
                kind = terms(field, members);
            }
            case RANGE -> {
                field = checks.facetField(path, ClauseKind.RANGE::fits, fieldPlace);
                kind = ranges(field, members);
            }
            case HISTOGRAM -> {
                field = checks.facetField(path, FacetParser::isMeasured, fieldPlace);
                kind = histogram(field, members);
            }
            case STATS -> {
                field = checks.facetField(path, FacetParser::isMeasured, fieldPlace);
                kind = new Facet.Stats();
            }
            case DISTINCT -> {
                field = checks.facetField(path, FieldType::isOrdered, fieldPlace);
                kind = new Facet.Distinct();
            }
            default -> throw members.place("type").unknown("type", type, TYPES);
        }
        boolean ownFilter = isNested || !members.bool("excludeFilter");
        if (isNested && members.has("excludeFilter")) {
            throw members.place("excludeFilter")
                    .refusal("excludeFilter inside a facet, expected it on the outer one");
        }
        boolean countMissing = members.bool("missing");
        Map<String, Facet> inner = Map.of();
        boolean hasBuckets = !type.equals(STATS) && !type.equals(DISTINCT);
        @Nullable Value given = hasBuckets ? members.take("facets") : null;
        if (given != null) {
            if (isNested) {
                throw members.place("facets")
                        .refusal("facets in a facet in a facet, expected one level of them");
            }
            inner = parse(given, members.place("facets"), true);
        }
        members.requireNoOther();
        return new Facet(field, kind, ownFilter, countMissing, inner);
    }

    private static boolean isMeasured(FieldType type) {
        return TIMES.contains(type) || NUMBERS.contains(type);
    }

    private Facet.Terms terms(Field field, Members members) {
        int limit =
                members.number(
                        "limit", SearchLimits.FACET_LIMIT_DEFAULT, 1, SearchLimits.LIMIT_MAX);
        String order = members.text("order", "count");
        if (!order.equals("count") && !order.equals("value")) {
            throw members.place("order").unknown("order", order, List.of("count", "value"));
        }
        int minCount = members.number("minCount", 1, 1, Integer.MAX_VALUE);
        String prefix = members.text("prefix", "");
        if (!prefix.isEmpty() && !ClauseKind.PREFIX.fits(field.type())) {
            throw members.place("prefix").refusal(ClauseKind.PREFIX.fittingFields());
        }
        @Nullable Value after = members.take("after");
        if (after == null) {
            return new Facet.Terms(
                    limit, order.equals("count"), minCount, Optional.empty(), prefix);
        }
        if (order.equals("count")) {
            throw members.place("after")
                    .refusal("after a value in the order of counts, expected order value");
        }
        Value constant = checks.constant(field, after, members.place("after"));
        return new Facet.Terms(limit, false, minCount, Optional.of(constant), prefix);
    }

    private Facet.Ranges ranges(Field field, Members members) {
        @Nullable Value given = members.take("ranges");
        Place place = members.place("ranges");
        if (!(given instanceof Value.Array(List<Value> items)) || items.isEmpty()) {
            throw place.mismatch(given == null ? Value.NULL : given, "an array of ranges");
        }
        if (items.size() > SearchLimits.FACET_RANGES_MAX) {
            throw place.refusal(
                    "%d ranges, expected at most %d"
                            .formatted(items.size(), SearchLimits.FACET_RANGES_MAX));
        }
        List<Facet.NamedRange> ranges = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Place at = place.item(i);
            if (!(items.get(i) instanceof Value.Obj(Map<String, Value> own))) {
                throw at.mismatch(items.get(i), "an object such as {\"gte\": 4, \"lt\": 6}");
            }
            Map<String, Value> bounds = new LinkedHashMap<>(own);
            @Nullable Value name = bounds.remove("name");
            if (name != null && !(name instanceof Value.Text)) {
                throw at.member("name").mismatch(name, "a name as a string");
            }
            Query.Range range = clauses.range(field, new Value.Obj(bounds), at);
            ranges.add(new Facet.NamedRange(name == null ? shown(bounds) : name.toString(), range));
        }
        return new Facet.Ranges(ranges);
    }

    private static String shown(Map<String, Value> bounds) {
        List<String> each = new ArrayList<>();
        bounds.forEach((bound, value) -> each.add(bound + ":" + value));
        return String.join(",", each);
    }

    private static Facet.Histogram histogram(Field field, Members members) {
        int minCount = members.number("minCount", 1, 0, Integer.MAX_VALUE);
        Steps steps =
                NUMBERS.contains(field.type())
                        ? numberSteps(members)
                        : timeSteps(field.type(), members);
        return new Facet.Histogram(steps, minCount);
    }

    private static Steps numberSteps(Members members) {
        BigDecimal width = members.decimal("interval", null);
        if (width.signum() <= 0) {
            throw members.place("interval")
                    .refusal("interval %s, expected a number above 0".formatted(width));
        }
        return new NumberSteps(width, members.decimal("offset", BigDecimal.ZERO));
    }

    private static Steps timeSteps(FieldType type, Members members) {
        String interval = members.text("interval", "");
        Place place = members.place("interval");
        Optional<TimeSteps.Calendar> calendar =
                TimeSteps.Calendar.ofLabel(interval).filter(unit -> unit.fits(type));
        long least = type == FieldType.DATE ? MICROS_PER_DAY : 1;
        long width =
                calendar.isPresent()
                        ? MICROS_PER_DAY
                        : TimeSteps.microsOf(interval)
                                .filter(micros -> micros > 0 && micros % least == 0)
                                .orElseThrow(() ->
                                        place.refusal(
                                                "interval %s, expected %s or a duration such as %s"
                                                        .formatted(
                                                                Place.quoted(interval),
                                                                calendarLabels(type),
                                                                type == FieldType.DATE
                                                                        ? "10d"
                                                                        : "500ms, 6h or 10d")));
        String zone = UTC;
        if (members.has("timeZone")) {
            zone = members.text("timeZone", UTC);
            if (calendar.isEmpty() || type == FieldType.DATE) {
                throw members.place("timeZone")
                        .refusal("timeZone, expected one only for calendar steps of a timestamp");
            }
            try {
                ZoneId.of(zone);
            } catch (DateTimeException e) {
                throw members.place("timeZone")
                        .refusal(
                                "time zone %s, expected one such as Europe/Berlin or +02:00"
                                        .formatted(Place.quoted(zone)));
            }
        }
        String offset = members.text("offset", "0s");
        long offsetMicros =
                TimeSteps.microsOf(offset)
                        .filter(micros ->
                                micros == 0
                                        || (micros % least == 0
                                                && (calendar.isEmpty() || type != FieldType.DATE)))
                        .orElseThrow(() ->
                                members.place("offset")
                                        .refusal(
                                                "offset %s, expected a duration such as %s"
                                                        .formatted(
                                                                Place.quoted(offset),
                                                                type == FieldType.DATE
                                                                        ? "1d, and none for steps of"
                                                                                + " the calendar"
                                                                        : "6h or -30m")));
        return new TimeSteps(calendar.orElse(null), zone, width, offsetMicros);
    }

    private static String calendarLabels(FieldType type) {
        return String.join(
                ", ",
                TimeSteps.Calendar.LABELS.stream()
                        .filter(label ->
                                TimeSteps.Calendar.ofLabel(label)
                                        .filter(unit -> unit.fits(type))
                                        .isPresent())
                        .toList());
    }

    /// The members of one facet, each taken once.
    private static final class Members {
        private final Map<String, Value> left;
        private final List<String> known = new ArrayList<>();
        private final Place place;
        private final Function<String, Place> places;

        private Members(Map<String, Value> members, Place place, Function<String, Place> places) {
            this.left = new LinkedHashMap<>(members);
            this.place = place;
            this.places = places;
        }

        Place place(String name) {
            return places.apply(name);
        }

        boolean has(String name) {
            return left.containsKey(name);
        }

        @Nullable Value take(String name) {
            known.add(name);
            return left.remove(name);
        }

        String text(String name, String usual) {
            Value value = take(name);
            if (value == null) {
                return usual;
            }
            if (value instanceof Value.Text(String text)) {
                return text;
            }
            throw place(name).mismatch(value, "a string");
        }

        boolean bool(String name) {
            Value value = take(name);
            if (value == null) {
                return false;
            }
            if (value instanceof Value.Bool(boolean bool)) {
                return bool;
            }
            throw place(name).mismatch(value, "true or false");
        }

        int number(String name, int usual, int least, int most) {
            Value value = take(name);
            if (value == null) {
                return usual;
            }
            if (value instanceof Value.Int(long number) && number >= least && number <= most) {
                return Math.toIntExact(number);
            }
            throw place(name)
                    .mismatch(value, "a whole number from %d to %d".formatted(least, most));
        }

        BigDecimal decimal(String name, @Nullable BigDecimal usual) {
            Value value = take(name);
            if (value == null) {
                if (usual == null) {
                    throw place(name).mismatch(Value.NULL, "a number");
                }
                return usual;
            }
            BigDecimal number =
                    switch (value) {
                        case Value.Int(long whole) -> BigDecimal.valueOf(whole);
                        case Value.Real(double real) -> BigDecimal.valueOf(real);
                        case Value.Decimal(BigDecimal decimal) -> decimal;
                        default -> throw place(name).mismatch(value, "a number");
                    };
            if (number.precision() > NUMBER_DIGITS_MAX
                    || Math.abs((long) number.scale()) > NUMBER_DIGITS_MAX) {
                throw place(name)
                        .mismatch(
                                value,
                                "a number of at most %d digits".formatted(NUMBER_DIGITS_MAX));
            }
            return number;
        }

        void requireNoOther() {
            for (String name : left.keySet()) {
                throw place(name).unknown("member", name, known);
            }
        }
    }
}
