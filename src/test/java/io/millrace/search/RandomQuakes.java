package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.TimestampUnit;
import io.millrace.document.Value;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Draws documents and searches over every type of field, from small pools, so that values meet.
final class RandomQuakes {
    static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.KEYWORD),
                            Field.of("status", FieldType.KEYWORD),
                            Field.of("net", FieldType.KEYWORD).asMulti(),
                            Field.of("felt", FieldType.LONG),
                            Field.of("marks", FieldType.LONG).asMulti(),
                            Field.of("magnitude", FieldType.DOUBLE),
                            Field.of("geo.depth", FieldType.DOUBLE),
                            Field.of("tsunami", FieldType.BOOL),
                            Field.of("loss", FieldType.DECIMAL),
                            Field.of("claims", FieldType.DECIMAL).asMulti(),
                            Field.of("day", FieldType.DATE),
                            Field.of("sensor", FieldType.UUID).asMulti(),
                            Field.of("time", FieldType.TIMESTAMP),
                            Field.of("updated", FieldType.TIMESTAMP)
                                    .withUnit(TimestampUnit.SECONDS),
                            Field.of("seen", FieldType.TIMESTAMP)
                                    .withUnit(TimestampUnit.ISO)
                                    .asMulti(),
                            Field.of("place", FieldType.TEXT).withAnalyzer("english"),
                            Field.of("notes", FieldType.TEXT).asMulti()));

    /// What `now` is; most times and days lie around it.
    static final Instant NOW = Instant.ofEpochMilli(500);

    /// Order by UTF-16 units, by code points and by length all differ here.
    private static final List<String> KEYWORDS =
            List.of(
                    "", "a", "ab", "abc", "abd", "b", "B", "é", "\uFFFD", "😀", "😀x", "4",
                    "ä\u0000");

    private static final List<String> WORDS =
            List.of("quake", "quakes", "north", "of", "alaska", "coast", "the", "deep", "sea", "x");

    private static final long[] LONGS = {Long.MIN_VALUE, -1, 0, 1, 2, 3, 1 << 20, Long.MAX_VALUE};
    private static final double[] DOUBLES = {-1e300, -2.5, -0.0, 0.0, 0.1, 4, 4.5, 1e300};

    private static final List<String> DECIMALS =
            List.of("0", "0.00", "-1", "1.50", "1.5", "-9e99", "1e100", "1e-90", "-0.1");

    private static final long[] NEAR_LONGS = {
        (1L << 53) - 1, 1L << 53, (1L << 53) + 1, (1L << 53) + 2, 4, 5, Long.MAX_VALUE - 1
    };

    private static final List<String> RELATIVE =
            List.of(
                    "now",
                    "now-1s",
                    "now/s",
                    "now+1s/s",
                    "now-7d/d",
                    "now/M-300y",
                    "now+3w/w",
                    "1970-01-01||",
                    "1970-01-01||-1M/M",
                    "1969-12-31||+1d");

    private final RandomGenerator random;
    private final int keyCount;

    /// Documents keep to no types.
    private final boolean loose;

    /// What requests may ask for.
    private List<Field> fields = SCHEMA.fields();

    RandomQuakes(RandomGenerator random, int keyCount) {
        this(random, keyCount, false);
    }

    private RandomQuakes(RandomGenerator random, int keyCount, boolean loose) {
        this.random = random;
        this.keyCount = keyCount;
        this.loose = loose;
    }

    /// Draws documents that mix whole numbers with fractions, numbers with words, and short strings
    /// with long ones.
    static RandomQuakes loose(RandomGenerator random, int keyCount) {
        return new RandomQuakes(random, keyCount, true);
    }

    /// Draws requests over these fields from now on.
    void ask(List<Field> known) {
        fields = known;
    }

    String id() {
        return "q" + random.nextInt(keyCount);
    }

    Value.Obj document() {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of(id()));
        if (loose) {
            strange(members);
            return new Value.Obj(members);
        }
        maybe(members, "status", this::keyword);
        maybe(members, "net", () -> some(this::keyword));
        maybe(members, "felt", this::number);
        maybe(members, "marks", () -> some(this::number));
        maybe(members, "magnitude", this::real);
        if (random.nextInt(3) > 0) {
            members.put("geo", new Value.Obj(Map.of("depth", real(), "label", keyword())));
        }
        maybe(members, "tsunami", this::bool);
        maybe(members, "loss", this::decimal);
        maybe(members, "claims", () -> some(this::decimal));
        maybe(members, "day", this::date);
        maybe(members, "sensor", () -> some(this::uuid));
        maybe(members, "time", this::millis);
        maybe(members, "updated", this::millis);
        maybe(members, "seen", () -> some(this::iso));
        maybe(members, "place", this::text);
        maybe(members, "notes", () -> some(this::text));
        maybe(members, "stored only", this::keyword);
        return new Value.Obj(members);
    }

    private void strange(Map<String, Value> members) {
        maybe(members, "status", this::keywordOfAnyLength);
        maybe(members, "net", () -> some(this::keywordOfAnyLength));
        maybe(members, "place", this::text);
        maybe(members, "tsunami", this::bool);
        maybe(members, "count", this::number);
        maybe(members, "magnitude", this::wholeOrReal);
        maybe(members, "marks", () -> some(this::wholeOrReal));
        maybe(members, "film", () -> random.nextInt(5) == 0 ? keyword() : number());
        if (random.nextInt(3) > 0) {
            members.put("geo", new Value.Obj(Map.of("depth", wholeOrReal(), "label", keyword())));
        }
        if (random.nextInt(10) == 0) {
            members.put("film", new Value.Obj(Map.of("title", text(), "year", number())));
        }
    }

    Value.Obj request() {
        Map<String, Value> members = new LinkedHashMap<>();
        boolean scored = random.nextInt(3) == 0 && !texts().isEmpty();
        if (scored) {
            members.put("query", scoredClause());
        } else if (random.nextInt(4) == 0) {
            members.put("query", clause(0));
        }
        if (random.nextInt(3) > 0) {
            members.put("filter", clause(3));
        }
        if (random.nextInt(3) > 0) {
            members.put("sort", sort(scored));
        }
        if (random.nextInt(8) == 0) {
            members.put("total", Value.of("none"));
        }
        if (random.nextInt(8) == 0) {
            members.put("fields", new Value.Array(List.of()));
        }
        members.put(
                "limit",
                Value.of(random.nextInt(3) == 0 ? random.nextInt(2_000) : random.nextInt(12)));
        if (random.nextInt(3) == 0) {
            members.put("facets", new RandomFacets(random, this).facets(fields));
        }
        return new Value.Obj(members);
    }

    private Value scoredClause() {
        return switch (random.nextInt(4)) {
            case 0, 1 -> match();
            case 2 -> member("and", new Value.Array(List.of(match(), clause(1))));
            default ->
                    member(
                            "or",
                            new Value.Array(
                                    List.of(
                                            match(),
                                            member(
                                                    "and",
                                                    new Value.Array(List.of(clause(0), match()))),
                                            clause(1))));
        };
    }

    private Value clause(int depth) {
        if (depth > 0) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    return member("and", clauses(depth));
                }
                case 1 -> {
                    return member("or", clauses(depth));
                }
                case 2 -> {
                    return member("not", clause(depth - 1));
                }
                default -> {}
            }
        }
        Field field = fields.get(random.nextInt(fields.size()));
        if (random.nextInt(8) == 0) {
            return member(random.nextBoolean() ? "exists" : "missing", Value.of(field.path()));
        }
        if (random.nextInt(40) == 0) {
            return member("all", Value.Obj.EMPTY);
        }
        if (random.nextInt(20) == 0) {
            return member("in", member("_key", several(() -> Value.of(id()))));
        }
        return switch (field.type()) {
            case TEXT -> match();
            case BOOL -> member("eq", member(field.path(), bool()));
            case STRING ->
                    switch (random.nextInt(6)) {
                        case 0, 1 -> member("match", member(field.path(), text()));
                        case 2 -> member("wildcard", member(field.path(), pattern()));
                        default -> comparison(field, () -> constant(field));
                    };
            case KEYWORD ->
                    switch (random.nextInt(6)) {
                        case 0 -> member("prefix", member(field.path(), keyword()));
                        case 1 -> member("wildcard", member(field.path(), pattern()));
                        default -> comparison(field, () -> constant(field));
                    };
            case LONG, DOUBLE, DECIMAL, DATE, UUID, TIMESTAMP ->
                    comparison(field, () -> constant(field));
            case BYTES -> throw new IllegalStateException("no clause takes " + field);
        };
    }

    /// What a document of the field may hold, or a little more.
    Value constant(Field field) {
        return switch (field.type()) {
            case KEYWORD -> field.path().equals("id") ? Value.of(id()) : keyword();
            case STRING -> keyword();
            case BOOL -> bool();
            case LONG -> number();
            case DOUBLE -> wholeOrReal();
            case DECIMAL -> decimal();
            case DATE -> random.nextInt(4) == 0 ? relative() : date();
            case UUID -> uuid();
            case TIMESTAMP ->
                    switch (random.nextInt(4)) {
                        case 0 -> relative();
                        case 1 -> offset();
                        case 2 -> iso();
                        default -> field.unit() == TimestampUnit.ISO ? iso() : millis();
                    };
            case TEXT, BYTES -> throw new IllegalStateException("no constant of " + field);
        };
    }

    private Value comparison(Field field, Supplier<Value> constant) {
        return switch (random.nextInt(4)) {
            case 0 -> member("eq", member(field.path(), constant.get()));
            case 1 -> member("in", member(field.path(), several(constant)));
            default -> member("range", member(field.path(), bounds(constant)));
        };
    }

    Value bounds(Supplier<Value> constant) {
        Map<String, Value> bounds = new LinkedHashMap<>();
        int sides = 1 + random.nextInt(3);
        if ((sides & 1) != 0) {
            bounds.put(random.nextBoolean() ? "gt" : "gte", constant.get());
        }
        if ((sides & 2) != 0) {
            bounds.put(random.nextBoolean() ? "lt" : "lte", constant.get());
        }
        return new Value.Obj(bounds);
    }

    private Value sort(boolean scored) {
        List<Value> keys = new ArrayList<>();
        List<String> names = new ArrayList<>(List.of(SortKey.KEY));
        fields.stream()
                .filter(field -> field.type().isOrdered())
                .forEach(field -> names.add(field.path()));
        if (scored) {
            names.add(SortKey.SCORE);
        }
        int count = Math.min(names.size(), 1 + random.nextInt(3));
        for (int i = 0; i < count; i++) {
            String name = names.remove(random.nextInt(names.size()));
            if (name.startsWith("_") || random.nextBoolean()) {
                keys.add(Value.of((random.nextBoolean() ? "-" : "") + name));
            } else {
                keys.add(member(name, sortOptions()));
            }
        }
        return new Value.Array(keys);
    }

    private Value sortOptions() {
        Map<String, Value> options = new LinkedHashMap<>();
        options.put("order", Value.of(random.nextBoolean() ? "asc" : "desc"));
        if (random.nextBoolean()) {
            options.put("missing", Value.of(random.nextBoolean() ? "first" : "last"));
        }
        if (random.nextBoolean()) {
            options.put("mode", Value.of(random.nextBoolean() ? "min" : "max"));
        }
        return new Value.Obj(options);
    }

    private Value match() {
        List<String> texts = texts();
        if (texts.isEmpty()) {
            return member("exists", Value.of("id"));
        }
        String path = texts.get(random.nextInt(texts.size()));
        return member("match", member(path, random.nextInt(3) == 0 ? wordsWithRules() : text()));
    }

    /// A growing schema may have none yet, and then there is no match to score.
    private List<String> texts() {
        return fields.stream().filter(f -> f.type().isText()).map(Field::path).toList();
    }

    /// A text with what is said of how its words are looked for.
    private Value wordsWithRules() {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("text", Value.of(text().toString().strip()));
        switch (random.nextInt(4)) {
            case 0 -> members.put("operator", Value.of("and"));
            case 1 -> members.put("minimumShouldMatch", Value.of(1 + random.nextInt(3)));
            case 2 -> members.put("minimumShouldMatch", Value.of("60%"));
            default -> {}
        }
        members.put("prefix", Value.of(random.nextBoolean()));
        members.put("boost", Value.of(random.nextInt(1, 9) / 2.0));
        return new Value.Obj(members);
    }

    private Value clauses(int depth) {
        return several(() -> clause(depth - 1));
    }

    Value several(Supplier<Value> item) {
        List<Value> items = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            items.add(item.get());
        }
        return new Value.Array(items);
    }

    /// None, one outside of an array, or an array.
    private Value some(Supplier<Value> item) {
        return switch (random.nextInt(6)) {
            case 0 -> new Value.Array(List.of());
            case 1 -> item.get();
            default -> several(item);
        };
    }

    private void maybe(Map<String, Value> members, String name, Supplier<Value> value) {
        switch (random.nextInt(8)) {
            case 0 -> {}
            case 1 -> members.put(name, Value.NULL);
            default -> members.put(name, value.get());
        }
    }

    private Value keyword() {
        return Value.of(KEYWORDS.get(random.nextInt(KEYWORDS.size())));
    }

    private Value keywordOfAnyLength() {
        return random.nextInt(8) == 0
                ? Value.of("alaska " + "😀".repeat(60 + random.nextInt(4)))
                : keyword();
    }

    private Value bool() {
        return Value.of(random.nextBoolean());
    }

    private Value number() {
        return Value.of(
                random.nextBoolean()
                        ? LONGS[random.nextInt(LONGS.length)]
                        : random.nextLong(-500, 500));
    }

    private Value real() {
        return Value.of(
                random.nextBoolean()
                        ? DOUBLES[random.nextInt(DOUBLES.length)]
                        : Math.round(random.nextGaussian() * 1_000) / 100.0);
    }

    private Value wholeOrReal() {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> real();
            case 3 -> Value.of(NEAR_LONGS[random.nextInt(NEAR_LONGS.length)]);
            default -> number();
        };
    }

    /// Some are one number in different spellings, some differ behind the digits of a double.
    private Value decimal() {
        return switch (random.nextInt(6)) {
            case 0 -> number();
            case 1 -> Value.of(DECIMALS.get(random.nextInt(DECIMALS.size())));
            case 2 -> Value.of("0.1" + "0".repeat(random.nextInt(30)) + random.nextInt(2));
            case 3 ->
                    new Value.Decimal(
                            BigDecimal.valueOf(random.nextInt(-50, 50), random.nextInt(-2, 3)));
            default -> Value.of(random.nextInt(-40, 40) / 8.0);
        };
    }

    private Value date() {
        return Value.of(LocalDate.ofEpochDay(random.nextLong(-800_000, 20_000)).toString());
    }

    private Value uuid() {
        String text =
                new UUID((long) random.nextInt(3) << 62, (long) random.nextInt(20) << 59)
                        .toString();
        return Value.of(random.nextInt(4) == 0 ? "{" + text.toUpperCase(Locale.ROOT) + "}" : text);
    }

    private Value millis() {
        return Value.of(random.nextLong(-2_000, 2_000));
    }

    private Value iso() {
        return Value.of(Instant.ofEpochMilli(random.nextLong(-2_000, 2_000)).toString());
    }

    /// The same kind of time, in another zone.
    private Value offset() {
        Instant time = Instant.ofEpochMilli(random.nextLong(-2_000, 2_000));
        return Value.of(
                time.atOffset(ZoneOffset.ofHoursMinutes(random.nextInt(14), 30)).toString());
    }

    private Value relative() {
        return Value.of(RELATIVE.get(random.nextInt(RELATIVE.size())));
    }

    /// A keyword of which some characters are left open.
    private Value pattern() {
        StringBuilder pattern = new StringBuilder(random.nextInt(3) == 0 ? "*" : "");
        keyword()
                .toString()
                .codePoints()
                .forEach(c ->
                        pattern.append(
                                switch (random.nextInt(5)) {
                                    case 0 -> "*";
                                    case 1 -> "?";
                                    case 2 -> "\\" + Character.toString(c);
                                    default -> Character.toString(c);
                                }));
        return Value.of(pattern + (random.nextInt(3) == 0 ? "*" : ""));
    }

    private Value text() {
        StringBuilder text = new StringBuilder();
        int words = random.nextInt(8);
        for (int i = 0; i < words; i++) {
            double skew = random.nextDouble();
            text.append(WORDS.get((int) (skew * skew * WORDS.size()))).append(' ');
        }
        return Value.of(text.toString());
    }

    private static Value member(String name, Value value) {
        return new Value.Obj(Map.of(name, value));
    }
}
