package io.millrace.search;

import io.millrace.document.Coercion;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.TimestampUnit;
import io.millrace.document.Value;
import io.millrace.segment.Analyzers;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.util.SmallFloat;

/// Answers searches by looking at every document, the slow and obvious way.
final class NaiveSearch {

    /// One match with where it lies.
    record Found(Corpus.Plain plain, int segment, int document, OptionalDouble score) {}

    private final Schema schema;
    private final List<List<Corpus.Plain>> segments;
    private final Map<Field, Bm25> bm25s = new HashMap<>();

    /// By field and term, how many documents hold it.
    private final Map<List<Object>, Long> holding = new HashMap<>();

    NaiveSearch(Schema schema, List<List<Corpus.Plain>> segments) {
        this.schema = schema;
        this.segments = segments;
    }

    /// All matches in order.
    List<Found> search(SearchRequest request) {
        Optional<Query> scoring = request.query().filter(Query::scores);
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            for (int j = 0; j < segments.get(i).size(); j++) {
                Corpus.Plain plain = segments.get(i).get(j);
                if (plain.live
                        && request.filter().map(filter -> meets(plain, filter)).orElse(true)
                        && request.query().map(query -> meets(plain, query)).orElse(true)) {
                    OptionalDouble score =
                            scoring.isPresent()
                                    ? OptionalDouble.of((float) score(plain, scoring.get()))
                                    : OptionalDouble.empty();
                    found.add(new Found(plain, i, j, score));
                }
            }
        }
        List<SortKey> sort =
                request.sort().isEmpty() && scoring.isPresent()
                        ? List.of(new SortKey(SortKey.SCORE, true))
                        : request.sort();
        Comparator<Found> order = (_, _) -> 0;
        for (SortKey key : sort) {
            order = order.thenComparing(comparator(key));
        }
        found.sort(order);
        return found;
    }

    boolean meets(Corpus.Plain plain, Query query) {
        return switch (query) {
            case Query.Eq(Field field, Value value) ->
                    values(plain, field).contains(typed(field, value));
            case Query.In(Field field, List<Value> values) ->
                    values.stream().anyMatch(value -> meets(plain, new Query.Eq(field, value)));
            case Query.Range range ->
                    values(plain, range.field()).stream().anyMatch(value -> lies(value, range));
            case Query.Exists(Field field) -> !values(plain, whole(field)).isEmpty();
            case Query.Prefix(Field field, String prefix) ->
                    values(plain, field).stream().anyMatch(v -> ((String) v).startsWith(prefix));
            case Query.Wildcard(Field field, WildcardPattern pattern) -> {
                Pattern regex = regex(pattern.toString());
                yield values(plain, field).stream()
                        .anyMatch(v -> regex.matcher((String) v).matches());
            }
            case Query.Keys(List<DocumentKey> keys) -> keys.contains(plain.key);
            case Query.And(List<Query> clauses) -> clauses.stream().allMatch(c -> meets(plain, c));
            case Query.Or(List<Query> clauses) -> clauses.stream().anyMatch(c -> meets(plain, c));
            case Query.Not(Query clause) -> !meets(plain, clause);
            case Query.Match match -> {
                List<Object> own = values(plain, text(match.field()));
                yield !match.terms().isEmpty()
                        && match.terms().stream().filter(term -> has(own, term)).count()
                                >= match.required();
            }
            case Query.Phrase phrase -> standTogether(values(plain, text(phrase.field())), phrase);
            case Query.AtLeast(int required, List<Query> clauses) ->
                    clauses.stream().filter(c -> meets(plain, c)).count() >= required;
            case Query.Preferring(Query required, _) -> meets(plain, required);
            case Query.All() -> true;
        };
    }

    /// The sum of what every match that counts gives.
    private double score(Corpus.Plain plain, Query query) {
        if (!meets(plain, query)) {
            return 0;
        }
        return switch (query) {
            case Query.Match match -> bm25(plain, match);
            case Query.Phrase _ -> throw new AssertionError("compared with Lucene instead");
            case Query.And(List<Query> clauses) ->
                    clauses.stream().mapToDouble(clause -> score(plain, clause)).sum();
            case Query.Or(List<Query> clauses) ->
                    clauses.stream().mapToDouble(clause -> score(plain, clause)).sum();
            case Query.AtLeast(_, List<Query> clauses) ->
                    clauses.stream().mapToDouble(clause -> score(plain, clause)).sum();
            case Query.Preferring(Query required, Query preferred) ->
                    score(plain, required) + score(plain, preferred);
            case Query.Eq _,
                    Query.In _,
                    Query.Range _,
                    Query.Exists _,
                    Query.Prefix _,
                    Query.Wildcard _,
                    Query.Keys _,
                    Query.Not _,
                    Query.All _ ->
                    0;
        };
    }

    private static Pattern regex(String wildcard) {
        Matcher part = Pattern.compile("\\\\(.)|(.)", Pattern.DOTALL).matcher(wildcard);
        String regex =
                part.replaceAll(match ->
                        Matcher.quoteReplacement(
                                switch (Objects.requireNonNullElse(match.group(2), "")) {
                                    case "*" -> ".*";
                                    case "?" -> ".";
                                    case "" -> Pattern.quote(match.group(1));
                                    default -> Pattern.quote(match.group(2));
                                }));
        return Pattern.compile(regex, Pattern.DOTALL);
    }

    /// For one value, and a phrase without gaps.
    private static boolean standTogether(List<Object> own, Query.Phrase phrase) {
        for (int at = 0; at + phrase.words().size() <= own.size(); at++) {
            boolean is = phrase.slop() == 0;
            for (int word = 0; word < phrase.words().size(); word++) {
                is &= phrase.words().get(word).spellings().contains((String) own.get(at + word));
            }
            if (is) {
                return true;
            }
        }
        return false;
    }

    /// Letters to add, leave out, change or swap with the next.
    private static int edits(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                edits[i][j] =
                        Math.min(
                                Math.min(edits[i - 1][j], edits[i][j - 1]) + 1,
                                edits[i - 1][j - 1] + change);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }

    private static boolean has(List<Object> own, TextTerm term) {
        return own.stream().anyMatch(word -> isMeant((String) word, term));
    }

    private static boolean isMeant(String word, TextTerm term) {
        return switch (term) {
            case TextTerm.Word(List<String> spellings, _) -> spellings.contains(word);
            case TextTerm.Beginning(String prefix) -> word.startsWith(prefix);
            case TextTerm.Alike alike -> edits(alike.word(), word) <= alike.edits();
        };
    }

    private double bm25(Corpus.Plain plain, Query.Match match) {
        Field field = text(match.field());
        List<Object> own = values(plain, field);
        Bm25 bm25 = bm25s.computeIfAbsent(field, this::bm25);
        double sum = 0;
        for (TextTerm term : match.terms()) {
            if (has(own, term)) {
                float weight =
                        bm25.weight(documents(field, term), match.boost() * (float) term.times());
                sum += bm25.score(weight, frequency(own, term), SmallFloat.intToByte4(own.size()));
            }
        }
        return sum;
    }

    private static int frequency(List<Object> own, TextTerm term) {
        return switch (term) {
            case TextTerm.Word _ ->
                    (int) own.stream().filter(word -> isMeant((String) word, term)).count();
            case TextTerm.Beginning _ -> 1;
            case TextTerm.Alike _ -> throw new AssertionError("compared with Lucene instead");
        };
    }

    /// How many documents have the term; of several spellings the most common counts.
    private long documents(Field field, TextTerm term) {
        return switch (term) {
            case TextTerm.Word(List<String> spellings, _) ->
                    spellings.stream()
                            .mapToLong(spelling -> holding(field, TextTerm.Word.of(spelling)))
                            .max()
                            .orElseThrow();
            case TextTerm.Beginning _, TextTerm.Alike _ -> holding(field, term);
        };
    }

    private long holding(Field field, TextTerm term) {
        return holding.computeIfAbsent(
                List.of(field, term),
                _ ->
                        segments.stream()
                                .flatMap(List::stream)
                                .filter(other -> has(values(other, field), term))
                                .count());
    }

    private Bm25 bm25(Field field) {
        long documents = 0;
        long terms = 0;
        for (List<Corpus.Plain> segment : segments) {
            for (Corpus.Plain other : segment) {
                int length = values(other, field).size();
                documents += length > 0 ? 1 : 0;
                terms += length;
            }
        }
        return Bm25.of(documents, terms);
    }

    private Comparator<Found> comparator(SortKey key) {
        int direction = key.descending() ? -1 : 1;
        return switch (key.path()) {
            case SortKey.SCORE ->
                    (a, b) ->
                            direction
                                    * Double.compare(
                                            a.score().getAsDouble(), b.score().getAsDouble());
            case SortKey.KEY -> (a, b) -> direction * a.plain().key.compareTo(b.plain().key);
            default -> {
                Field field = schema.field(key.path()).orElseThrow();
                yield (a, b) -> {
                    Optional<Object> left = sortValue(a.plain(), field, key.takesLargest());
                    Optional<Object> right = sortValue(b.plain(), field, key.takesLargest());
                    if (left.isEmpty() || right.isEmpty()) {
                        int order = Boolean.compare(left.isEmpty(), right.isEmpty());
                        return key.missingFirst() ? -order : order;
                    }
                    return direction * compare(left.get(), right.get());
                };
            }
        };
    }

    Optional<Object> sortValue(Corpus.Plain plain, Field field, boolean largest) {
        Comparator<Object> order = NaiveSearch::compare;
        return values(plain, field).stream().min(largest ? order.reversed() : order);
    }

    /// A dynamic string by its text.
    private static Field text(Field field) {
        return field.type() == FieldType.STRING ? field.withType(FieldType.TEXT) : field;
    }

    /// A dynamic string without a bound on its length.
    private static Field whole(Field field) {
        return field.type() == FieldType.STRING ? field.withType(FieldType.KEYWORD) : field;
    }

    /// The values, or the terms, of a field.
    static List<Object> values(Corpus.Plain plain, Field field) {
        return plain.values.computeIfAbsent(
                field,
                _ -> {
                    List<Object> values = new ArrayList<>();
                    flatten(plain.root, field.path(), field, values);
                    return values;
                });
    }

    private static void flatten(Value value, String rest, Field field, List<Object> into) {
        switch (value) {
            case Value.Obj object ->
                    object.members()
                            .forEach((name, member) -> {
                                if (rest.equals(name)) {
                                    flatten(member, "", field, into);
                                } else if (rest.startsWith(name + ".")) {
                                    String inner = rest.substring(name.length() + 1);
                                    flatten(member, inner, field, into);
                                }
                            });
            case Value.Array(List<Value> items) ->
                    items.forEach(item -> flatten(item, rest, field, into));
            case Value.Null _ -> {}
            case Value.Bool _, Value.Int _, Value.Real _, Value.Decimal _, Value.Text _ -> {
                if (!rest.isEmpty()) {
                    return;
                }
                switch (field.type()) {
                    case TEXT -> into.addAll(terms(field, value.toString()));
                    case STRING -> {
                        String text = value.toString();
                        if (text.getBytes(StandardCharsets.UTF_8).length <= 256) {
                            into.add(text);
                        }
                    }
                    case KEYWORD, BOOL, LONG, DOUBLE, DECIMAL, TIMESTAMP, DATE, UUID -> {
                        if (!field.dynamic()
                                || !field.type().isNumeric()
                                || Coercion.fits(field, value)) {
                            into.add(typed(field, value));
                        }
                    }
                    case BYTES -> {} // stored and in no index
                }
            }
        }
    }

    static Object typed(Field field, Value value) {
        String text = value.toString();
        return switch (field.type()) {
            case KEYWORD, BYTES, TEXT, STRING -> text;
            case BOOL -> Boolean.valueOf(text);
            case LONG -> new BigDecimal(text).longValueExact();
            case DOUBLE -> Double.parseDouble(text) + 0.0;
            case DECIMAL -> new BigDecimal(text).stripTrailingZeros();
            case DATE -> LocalDate.parse(text);
            case UUID -> text.toLowerCase(Locale.ROOT).replaceAll("[{}]", "");
            case TIMESTAMP ->
                    text.contains("T")
                            ? OffsetDateTime.parse(text).toInstant()
                            : Instant.EPOCH.plus(
                                    Long.parseLong(text),
                                    field.unit() == TimestampUnit.SECONDS
                                            ? ChronoUnit.SECONDS
                                            : ChronoUnit.MILLIS);
        };
    }

    static boolean lies(Object value, Query.Range range) {
        Value lower = range.lower();
        Value upper = range.upper();
        if (lower != null) {
            int order = compare(value, typed(range.field(), lower));
            if (order < 0 || (order == 0 && !range.lowerInclusive())) {
                return false;
            }
        }
        if (upper != null) {
            int order = compare(value, typed(range.field(), upper));
            return order < 0 || (order == 0 && range.upperInclusive());
        }
        return true;
    }

    static int compare(Object a, Object b) {
        return switch (a) {
            case String text ->
                    Arrays.compare(
                            text.codePoints().toArray(), ((String) b).codePoints().toArray());
            case Boolean bool -> bool.compareTo((Boolean) b);
            case Long number -> number.compareTo((Long) b);
            case Double number -> number.compareTo((Double) b);
            case Instant instant -> instant.compareTo((Instant) b);
            case BigDecimal decimal -> decimal.compareTo((BigDecimal) b);
            case LocalDate date -> date.compareTo((LocalDate) b);
            default -> throw new AssertionError(a);
        };
    }

    private static List<Object> terms(Field field, String text) {
        List<Object> terms = new ArrayList<>();
        try (TokenStream tokens = Analyzers.of(field.analysis()).tokenStream(field.path(), text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                terms.add(term.toString());
            }
            tokens.end();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return terms;
    }
}
