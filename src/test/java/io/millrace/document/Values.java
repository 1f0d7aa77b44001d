package io.millrace.document;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// Random values for tests.
final class Values {
    private Values() {}

    static Value.Obj object(RandomGenerator random, int depth) {
        Map<String, Value> members = new LinkedHashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            members.put(text(random), any(random, depth));
        }
        return new Value.Obj(members);
    }

    private static Value any(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 8)) {
            case 0 -> Value.NULL;
            case 1 -> Value.of(random.nextBoolean());
            case 2 -> Value.of(random.nextLong() >> random.nextInt(64));
            case 3 -> Value.of(random.nextDouble(-1e9, 1e9));
            case 4 -> new Value.Decimal(decimal(random));
            case 5 -> Value.of(text(random));
            case 6 -> {
                List<Value> items = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    items.add(any(random, depth - 1));
                }
                yield new Value.Array(items);
            }
            default -> object(random, depth - 1);
        };
    }

    private static BigDecimal decimal(RandomGenerator random) {
        return new BigDecimal(BigInteger.valueOf(random.nextLong()), random.nextInt(-400, 400));
    }

    /// Text of any code points, zeros and pairs of surrogates among them.
    static String text(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(20) == 0 ? 300 : 8); i > 0; i--) {
            text.appendCodePoint(
                    switch (random.nextInt(6)) {
                        case 0 -> 0;
                        case 1 -> random.nextInt(0x80, 0x800);
                        case 2 -> random.nextInt(0xE000, 0x10000);
                        case 3 -> random.nextInt(0x10000, 0x110000);
                        default -> random.nextInt('a', 'z' + 1);
                    });
        }
        return text.toString();
    }
}
