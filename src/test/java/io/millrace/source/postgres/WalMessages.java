package io.millrace.source.postgres;

import io.millrace.source.postgres.WalMessage.Column;
import io.millrace.source.postgres.WalMessage.OldRow;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Messages that a server could send.
final class WalMessages {
    private static final String LETTERS = "abcxyz_ ÄßΩ漢😀\"";

    private WalMessages() {}

    static WalMessage random(RandomGenerator random) {
        return switch (random.nextInt(10)) {
            case 0 -> new WalMessage.Begin(random.nextLong(), random.nextLong(), random.nextInt());
            case 1 ->
                    new WalMessage.Commit(
                            random.nextInt(256),
                            random.nextLong(),
                            random.nextLong(),
                            random.nextLong());
            case 2 -> new WalMessage.Origin(random.nextLong(), name(random));
            case 3 -> relation(random);
            case 4 -> new WalMessage.Type(random.nextInt(), name(random), name(random));
            case 5 -> new WalMessage.Insert(random.nextInt(), tuple(random));
            case 6 ->
                    new WalMessage.Update(
                            random.nextInt(),
                            random.nextBoolean() ? null : oldRow(random),
                            tuple(random));
            case 7 -> new WalMessage.Delete(random.nextInt(), oldRow(random));
            case 8 ->
                    new WalMessage.Truncate(
                            random.nextInt(4), random.ints(random.nextInt(5)).boxed().toList());
            default -> {
                byte[] content = new byte[random.nextInt(50)];
                random.nextBytes(content);
                yield new WalMessage.Message(
                        random.nextInt(2), random.nextLong(), name(random), content);
            }
        };
    }

    /// Cells by their text, null for an SQL null.
    static Tuple row(@Nullable String... cells) {
        List<byte @Nullable []> values = new ArrayList<>();
        byte[] kinds = new byte[cells.length];
        for (int i = 0; i < cells.length; i++) {
            String cell = cells[i];
            kinds[i] = cell == null ? Tuple.NULL : Tuple.TEXT;
            values.add(cell == null ? null : cell.getBytes(StandardCharsets.UTF_8));
        }
        return tuple(kinds, values);
    }

    private static WalMessage relation(RandomGenerator random) {
        List<Column> columns = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            columns.add(
                    new Column(
                            random.nextInt(2), name(random), random.nextInt(), random.nextInt()));
        }
        return new WalMessage.Relation(
                random.nextInt(),
                name(random),
                name(random),
                "dnfi".charAt(random.nextInt(4)),
                columns);
    }

    private static OldRow oldRow(RandomGenerator random) {
        return new OldRow(random.nextBoolean(), tuple(random));
    }

    private static Tuple tuple(RandomGenerator random) {
        byte[] kinds = new byte[random.nextInt(8)];
        List<byte @Nullable []> values = new ArrayList<>();
        for (int i = 0; i < kinds.length; i++) {
            kinds[i] = (byte) "nutb".charAt(random.nextInt(4));
            byte[] value = null;
            if (kinds[i] == Tuple.TEXT) {
                value = name(random).getBytes(StandardCharsets.UTF_8);
            } else if (kinds[i] == Tuple.BINARY) {
                value = new byte[random.nextInt(20)];
                random.nextBytes(value);
            }
            values.add(value);
        }
        return tuple(kinds, values);
    }

    static Tuple tuple(byte[] kinds, List<byte @Nullable []> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int[] starts = new int[kinds.length];
        int[] ends = new int[kinds.length];
        for (int i = 0; i < kinds.length; i++) {
            byte[] value = values.get(i);
            if (value != null) {
                starts[i] = bytes.size();
                bytes.writeBytes(value);
                ends[i] = bytes.size();
            }
        }
        return new Tuple(bytes.toByteArray(), kinds, starts, ends);
    }

    private static String name(RandomGenerator random) {
        StringBuilder name = new StringBuilder();
        int[] letters = LETTERS.codePoints().toArray();
        for (int i = random.nextInt(12); i > 0; i--) {
            name.appendCodePoint(letters[random.nextInt(letters.length)]);
        }
        return name.toString();
    }
}
