package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/// Draws facets of every kind over every type of field.
final class RandomFacets {
    private static final double[] INTERVALS = {0.1, 1, 2.5, 100, 1e17, 1e300};

    private final RandomGenerator random;
    private final RandomQuakes quakes;
    private List<Field> fields = List.of();

    RandomFacets(RandomGenerator random, RandomQuakes quakes) {
        this.random = random;
        this.quakes = quakes;
    }

    /// None, one or two of the fields.
    Value.Obj facets(List<Field> known) {
        fields = known.stream().filter(field -> field.type().isOrdered()).toList();
        return facets(random.nextInt(3), true);
    }

    private Value.Obj facets(int count, boolean isOuter) {
        Map<String, Value> facets = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            facets.put("facet " + i, facet(isOuter));
        }
        return new Value.Obj(facets);
    }

    private Value facet(boolean isOuter) {
        Field field = fields.get(random.nextInt(fields.size()));
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("field", Value.of(field.path()));
        switch (field.type() == FieldType.BOOL ? random.nextInt(2) : random.nextInt(6)) {
            case 0, 1 -> terms(members, field);
            case 2 -> members.put("type", Value.of("distinct"));
            case 3 -> {
                members.put("type", Value.of("range"));
                members.put(
                        "ranges",
                        quakes.several(() -> quakes.bounds(() -> quakes.constant(field))));
            }
            default -> {
                switch (field.type()) {
                    case LONG, DOUBLE, DECIMAL, TIMESTAMP, DATE -> {
                        members.put("type", Value.of(random.nextBoolean() ? "stats" : "histogram"));
                        if (members.get("type").toString().equals("histogram")) {
                            steps(members, field);
                        }
                    }
                    default -> terms(members, field);
                }
            }
        }
        if (random.nextInt(3) == 0) {
            members.put("missing", Value.of(random.nextBoolean()));
        }
        String type = Objects.requireNonNullElse(members.get("type"), "terms").toString();
        boolean hasBuckets = !type.equals("stats") && !type.equals("distinct");
        if (isOuter && hasBuckets && random.nextInt(3) == 0) {
            members.put("facets", facets(1 + random.nextInt(2), false));
        }
        if (isOuter && random.nextInt(3) == 0) {
            members.put("excludeFilter", Value.of(true));
        }
        return new Value.Obj(members);
    }

    private void terms(Map<String, Value> members, Field field) {
        if (random.nextBoolean()) {
            members.put("limit", Value.of(1 + random.nextInt(6)));
        }
        if (random.nextInt(3) == 0) {
            members.put("minCount", Value.of(1 + random.nextInt(4)));
        }
        boolean isKeyword = field.type() == FieldType.KEYWORD || field.type() == FieldType.STRING;
        if (isKeyword && random.nextInt(3) == 0) {
            members.put("prefix", quakes.constant(field));
        }
        if (random.nextBoolean()) {
            members.put("order", Value.of("value"));
            if (random.nextBoolean()) {
                members.put("after", quakes.constant(field));
            }
        }
    }

    private void steps(Map<String, Value> members, Field field) {
        if (random.nextBoolean()) {
            members.put("minCount", Value.of(1 + random.nextInt(2)));
        }
        switch (field.type()) {
            case LONG, DOUBLE, DECIMAL -> {
                members.put("interval", Value.of(INTERVALS[random.nextInt(INTERVALS.length)]));
                if (random.nextBoolean()) {
                    members.put("offset", Value.of(random.nextInt(-9, 9) / 10.0));
                }
            }
            case DATE -> {
                List<String> names = List.of("10d", "day", "week", "month", "quarter", "year");
                members.put("interval", Value.of(names.get(random.nextInt(names.size()))));
                if (members.get("interval").toString().equals("10d")) {
                    members.put("offset", Value.of(random.nextInt(-12, 12) + "d"));
                }
            }
            default -> {
                List<String> names = List.of("7ms", "1s", "2m", "minute", "day", "week", "year");
                members.put("interval", Value.of(names.get(random.nextInt(names.size()))));
                if (random.nextBoolean()) {
                    members.put("offset", Value.of(random.nextInt(-300, 300) + "ms"));
                }
            }
        }
    }
}
