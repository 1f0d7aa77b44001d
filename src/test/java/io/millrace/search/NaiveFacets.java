package io.millrace.search;

import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// Counts facets by looking at every document, the slow and obvious way.
final class NaiveFacets {
    private static final Comparator<Object> ORDER = NaiveSearch::compare;

    private final NaiveSearch search;
    private final SearchRequest request;

    NaiveFacets(NaiveSearch search, SearchRequest request) {
        this.search = search;
        this.request = request;
    }

    Map<String, FacetResult> results() {
        Map<String, FacetResult> results = new LinkedHashMap<>();
        request.facets()
                .forEach((name, facet) -> {
                    SearchRequest.Builder asked = SearchRequest.builder();
                    request.query().ifPresent(asked::query);
                    Optional<Query> filter = request.filter();
                    if (!facet.ownFilter()) {
                        filter = filter.flatMap(f -> without(f, facet.field()));
                    }
                    filter.ifPresent(asked::filter);
                    List<Corpus.Plain> found =
                            search.search(asked.build()).stream()
                                    .map(NaiveSearch.Found::plain)
                                    .toList();
                    results.put(name, count(facet, found));
                });
        return results;
    }

    private static Optional<Query> without(Query filter, Field field) {
        List<Query> clauses = filter instanceof Query.And(List<Query> all) ? all : List.of(filter);
        List<Query> left =
                clauses.stream().filter(c -> !asked(c).equals(Set.of(field.path()))).toList();
        return left.isEmpty() ? Optional.empty() : Optional.of(new Query.And(left));
    }

    /// What a clause names.
    private static Set<String> asked(Query clause) {
        return switch (clause) {
            case Query.Eq eq -> Set.of(eq.field().path());
            case Query.In in -> Set.of(in.field().path());
            case Query.Range range -> Set.of(range.field().path());
            case Query.Exists exists -> Set.of(exists.field().path());
            case Query.Prefix prefix -> Set.of(prefix.field().path());
            case Query.Wildcard wildcard -> Set.of(wildcard.field().path());
            case Query.Match match -> Set.of(match.field().path());
            case Query.Phrase phrase -> Set.of(phrase.field().path());
            case Query.Not(Query inner) -> asked(inner);
            case Query.And(List<Query> inner) -> asked(inner);
            case Query.Or(List<Query> inner) -> asked(inner);
            case Query.AtLeast(int _, List<Query> inner) -> asked(inner);
            case Query.Preferring(Query required, Query preferred) ->
                    asked(List.of(required, preferred));
            case Query.Keys _ -> Set.of("_key");
            case Query.All _ -> Set.of("everything");
        };
    }

    private static Set<String> asked(List<Query> clauses) {
        Set<String> asked = new HashSet<>();
        clauses.forEach(clause -> asked.addAll(asked(clause)));
        return asked;
    }

    private FacetResult count(Facet facet, List<Corpus.Plain> found) {
        Field field = facet.field();
        OptionalLong missing =
                facet.countMissing()
                        ? OptionalLong.of(
                                found.stream()
                                        .filter(p -> !search.meets(p, new Query.Exists(field)))
                                        .count())
                        : OptionalLong.empty();
        FacetResult.Counted counted =
                switch (facet.kind()) {
                    case Facet.Terms terms -> terms(facet, terms, found);
                    case Facet.Ranges(List<Facet.NamedRange> ranges) ->
                            new FacetResult.Buckets(
                                    ranges.stream()
                                            .map(range ->
                                                    bucket(
                                                            facet,
                                                            Value.of(range.name()),
                                                            found.stream()
                                                                    .filter(p ->
                                                                            search.meets(
                                                                                    p,
                                                                                    range.range()))
                                                                    .toList()))
                                            .toList(),
                                    false);
                    case Facet.Histogram histogram -> histogram(facet, histogram, found);
                    case Facet.Stats _ -> stats(field, found);
                    case Facet.Distinct _ ->
                            new FacetResult.Distinct(grouped(field, found, v -> v).size());
                };
        return new FacetResult(counted, missing);
    }

    private FacetResult.Bucket bucket(Facet facet, Value value, List<Corpus.Plain> inside) {
        Map<String, FacetResult> inner = new LinkedHashMap<>();
        facet.facets().forEach((name, each) -> inner.put(name, count(each, inside)));
        return new FacetResult.Bucket(value, inside.size(), inner);
    }

    private static TreeMap<Object, List<Corpus.Plain>> grouped(
            Field field, List<Corpus.Plain> found, Function<Object, Object> group) {
        TreeMap<Object, List<Corpus.Plain>> groups = new TreeMap<>(ORDER);
        for (Corpus.Plain plain : found) {
            Set<Object> own = new LinkedHashSet<>();
            NaiveSearch.values(plain, field).forEach(value -> own.add(group.apply(value)));
            own.forEach(value -> groups.computeIfAbsent(value, _ -> new ArrayList<>()).add(plain));
        }
        return groups;
    }

    private FacetResult.Buckets terms(Facet facet, Facet.Terms asked, List<Corpus.Plain> found) {
        Field field = facet.field();
        TreeMap<Object, List<Corpus.Plain>> groups = grouped(field, found, value -> value);
        groups.values().removeIf(each -> each.size() < asked.minCount());
        groups.keySet().removeIf(each -> !each.toString().startsWith(asked.prefix()));
        asked.after()
                .ifPresent(after -> groups.headMap(NaiveSearch.typed(field, after), true).clear());
        List<Map.Entry<Object, List<Corpus.Plain>>> entries = new ArrayList<>(groups.entrySet());
        if (asked.byCount()) {
            entries.sort(Comparator.comparingInt(entry -> -entry.getValue().size()));
        }
        return new FacetResult.Buckets(
                entries.stream()
                        .limit(asked.limit())
                        .map(entry ->
                                bucket(
                                        facet,
                                        DifferentialSearchTest.shown(field, entry.getKey()),
                                        entry.getValue()))
                        .toList(),
                entries.size() > asked.limit());
    }

    private FacetResult.Buckets histogram(
            Facet facet, Facet.Histogram asked, List<Corpus.Plain> found) {
        Field field = facet.field();
        List<FacetResult.Bucket> buckets = new ArrayList<>();
        grouped(field, found, value -> start(asked.steps(), value))
                .forEach((start, inside) -> {
                    Value shown =
                            start instanceof BigDecimal number
                                    ? field.type() == FieldType.DOUBLE
                                            ? Value.of(number.doubleValue())
                                            : Value.of(plain(number))
                                    : DifferentialSearchTest.shown(field, start);
                    FacetResult.Bucket bucket = bucket(facet, shown, inside);
                    if (bucket.count() >= asked.minCount()) {
                        buckets.add(bucket);
                    }
                });
        return new FacetResult.Buckets(buckets, false);
    }

    private static String plain(BigDecimal number) {
        BigDecimal shortest = number.stripTrailingZeros();
        return shortest.scale() <= 0 && shortest.precision() - shortest.scale() < 19
                ? shortest.toPlainString()
                : shortest.toString();
    }

    private static Object start(Steps steps, Object value) {
        return switch (steps) {
            case NumberSteps(BigDecimal width, BigDecimal offset) -> {
                BigDecimal number =
                        value instanceof Double real
                                ? BigDecimal.valueOf(real)
                                : new BigDecimal(value.toString());
                BigDecimal start =
                        number.subtract(offset)
                                .divide(width, 0, RoundingMode.FLOOR)
                                .multiply(width)
                                .add(offset);
                if (value instanceof Double real) {
                    if (start.add(width).doubleValue() <= real) {
                        start = start.add(width);
                    }
                    if (start.add(width).doubleValue() <= real) {
                        start = number;
                    }
                }
                yield start;
            }
            case TimeSteps time when value instanceof LocalDate day -> {
                if (time.calendar() == null) {
                    long width = time.widthMicros() / 86_400_000_000L;
                    long offset = time.offsetMicros() / 86_400_000_000L;
                    long steps0 = Math.floorDiv(day.toEpochDay() - offset, width);
                    yield LocalDate.ofEpochDay(steps0 * width + offset);
                }
                yield floor(day, time.calendar());
            }
            case TimeSteps time -> {
                Instant moved = ((Instant) value).minusNanos(time.offsetMicros() * 1_000);
                long micros = Coercion.microsOf(moved);
                long start =
                        time.calendar() == null
                                ? Math.floorDiv(micros, time.widthMicros()) * time.widthMicros()
                                : time.calendar() == TimeSteps.Calendar.MINUTE
                                        ? Math.floorDiv(micros, 60_000_000) * 60_000_000
                                        : floor(
                                                                LocalDate.ofInstant(
                                                                        moved, ZoneOffset.UTC),
                                                                time.calendar())
                                                        .toEpochDay()
                                                * 86_400_000_000L;
                yield Instant.EPOCH.plusNanos((start + time.offsetMicros()) * 1_000);
            }
        };
    }

    private static LocalDate floor(LocalDate day, TimeSteps.Calendar calendar) {
        return switch (calendar) {
            case MINUTE, HOUR, DAY -> day;
            // The first day of 1970 was a Thursday.
            case WEEK -> day.minusDays(Math.floorMod(day.toEpochDay() + 3, 7));
            case MONTH -> LocalDate.of(day.getYear(), day.getMonth(), 1);
            case QUARTER -> LocalDate.of(day.getYear(), (day.getMonthValue() - 1) / 3 * 3 + 1, 1);
            case YEAR -> LocalDate.of(day.getYear(), 1, 1);
        };
    }

    private static FacetResult.Stats stats(Field field, List<Corpus.Plain> found) {
        List<Object> values = new ArrayList<>();
        for (Corpus.Plain plain : found) {
            values.addAll(new LinkedHashSet<>(NaiveSearch.values(plain, field)));
        }
        if (values.isEmpty()) {
            return new FacetResult.Stats(0, null, null, null, null);
        }
        Value min = DifferentialSearchTest.shown(field, values.stream().min(ORDER).orElseThrow());
        Value max = DifferentialSearchTest.shown(field, values.stream().max(ORDER).orElseThrow());
        if (field.type() == FieldType.TIMESTAMP || field.type() == FieldType.DATE) {
            return new FacetResult.Stats(values.size(), min, max, null, null);
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (Object value : values) {
            sum =
                    sum.add(
                            value instanceof Double real
                                    ? new BigDecimal(real)
                                    : new BigDecimal(value.toString()));
        }
        BigDecimal mean = sum.divide(BigDecimal.valueOf(values.size()), MathContext.DECIMAL128);
        return switch (field.type()) {
            case LONG ->
                    new FacetResult.Stats(
                            values.size(),
                            min,
                            max,
                            Value.of(sum.toPlainString()),
                            Value.of(mean.doubleValue()));
            case DOUBLE ->
                    new FacetResult.Stats(
                            values.size(),
                            min,
                            max,
                            Value.of(sum.doubleValue()),
                            Value.of(mean.doubleValue()));
            default ->
                    new FacetResult.Stats(
                            values.size(),
                            min,
                            max,
                            new Value.Decimal(sum),
                            new Value.Decimal(mean));
        };
    }
}
