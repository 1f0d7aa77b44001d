package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.Corrupt;
import io.millrace.testing.Fuzzing;
import io.millrace.testing.Seeded;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyTextTest {
    private static final int CELLS = 3;

    @Test
    void cellsComeBackFromTheirText() {
        Seeded.repeat(
                5_000,
                random -> {
                    List<byte @Nullable []> cells = cells(random, 1 + random.nextInt(5));
                    assertSame(cells, CopyText.row(text(cells), cells.size()));
                });
    }

    @Test
    void nullIsNoEmptyTextAndNoTextNamedNull() {
        Tuple row = CopyText.row(bytes("\\N\t\t\\\\N\tN\n"), 4);
        assertEquals("(null, , \\N, N)", row.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "a\tb\n",
                "a\tb\tc",
                "a\tb\tc\n\n",
                "a\tb\tc\td\n",
                "a\nb\tc\n",
                "\\Nx\tb\tc\n",
                "x\\N\tb\tc\n",
                "a\tb\tc\\",
                "a\tb\tc\\\n",
                "a\tb\t\\x41\n",
                "a\tb\t\\.\n",
            })
    void whatIsNoRowOfThreeCellsIsCorrupt(String text) {
        assertThrows(Corrupt.class, () -> CopyText.row(bytes(text), CELLS));
    }

    @Test
    void damagedRowsAreARowOrCorrupt() {
        SplittableRandom random = new SplittableRandom(7);
        List<byte[]> corpus = Stream.generate(() -> text(cells(random, CELLS))).limit(100).toList();
        Fuzzing.run(
                "rows of a copy",
                corpus,
                row -> row,
                0,
                row -> {
                    Tuple cells = CopyText.row(row, CELLS);
                    List<byte @Nullable []> read = new ArrayList<>();
                    for (int i = 0; i < CELLS; i++) {
                        read.add(cells.kind(i) == Tuple.NULL ? null : cells.bytes(i));
                    }
                    // There is one way to write a row, but for bytes that need no escape.
                    assertSame(read, CopyText.row(text(read), CELLS));
                });
    }

    private static void assertSame(List<byte @Nullable []> cells, Tuple row) {
        assertEquals(cells.size(), row.size());
        for (int i = 0; i < cells.size(); i++) {
            byte[] cell = cells.get(i);
            assertEquals(cell == null ? Tuple.NULL : Tuple.TEXT, row.kind(i));
            assertArrayEquals(cell == null ? new byte[0] : cell, row.bytes(i));
        }
    }

    private static List<byte @Nullable []> cells(RandomGenerator random, int count) {
        List<byte @Nullable []> cells = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] cell = new byte[random.nextInt(12)];
            for (int at = 0; at < cell.length; at++) {
                cell[at] =
                        random.nextBoolean()
                                ? (byte) "\b\f\n\r\t\u000B\\N.x".charAt(random.nextInt(10))
                                : (byte) random.nextInt();
            }
            cells.add(random.nextInt(4) == 0 ? null : cell);
        }
        return cells;
    }

    /// As the server writes a row.
    private static byte[] text(List<byte @Nullable []> cells) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < cells.size(); i++) {
            if (i > 0) {
                out.write('\t');
            }
            byte[] cell = cells.get(i);
            if (cell == null) {
                out.writeBytes(bytes("\\N"));
                continue;
            }
            for (byte b : cell) {
                int special = "\b\f\n\r\t\u000B\\".indexOf((char) (b & 0xFF));
                if (special >= 0) {
                    out.write('\\');
                    out.write("bfnrtv\\".charAt(special));
                } else {
                    out.write(b);
                }
            }
        }
        out.write('\n');
        return out.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
