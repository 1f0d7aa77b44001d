package io.millrace.source.postgres;

import io.millrace.MillraceException;

/// Rows of `COPY … TO STDOUT` in text format. Stateless.
///
/// ```
/// row  := cell (tab cell)* newline
/// cell := \N for null, or bytes, of which \b \f \n \r \t \v \\ stand for one
/// ```
final class CopyText {
    private static final byte TAB = '\t';
    private static final byte NEWLINE = '\n';
    private static final byte ESCAPE = '\\';

    private CopyText() {}

    /// The cells of one row, over a copy of its bytes.
    ///
    /// @param row as the server sent it, its newline included
    /// @throws MillraceException.Corrupt when it is no such row of so many cells
    static Tuple row(byte[] row, int cellCount) {
        byte[] bytes = new byte[row.length];
        byte[] kinds = new byte[cellCount];
        int[] starts = new int[cellCount];
        int[] ends = new int[cellCount];
        int at = 0;
        int to = 0;
        for (int cell = 0; cell < cellCount; cell++) {
            starts[cell] = to;
            kinds[cell] = isNull(row, at) ? Tuple.NULL : Tuple.TEXT;
            if (kinds[cell] == Tuple.NULL) {
                at += 2;
            } else {
                while (at < row.length && row[at] != TAB && row[at] != NEWLINE) {
                    byte b = row[at++];
                    bytes[to++] = b == ESCAPE ? escaped(row, at++) : b;
                }
            }
            ends[cell] = to;
            byte end = cell == cellCount - 1 ? NEWLINE : TAB;
            if (at >= row.length || row[at] != end) {
                throw corrupt(row, at, "the end of cell %d of %d".formatted(cell + 1, cellCount));
            }
            at++;
        }
        if (at != row.length) {
            throw corrupt(row, at, "the end of the row");
        }
        return new Tuple(bytes, kinds, starts, ends);
    }

    private static boolean isNull(byte[] row, int at) {
        return at + 1 < row.length && row[at] == ESCAPE && row[at + 1] == 'N';
    }

    private static byte escaped(byte[] row, int at) {
        return switch (at < row.length ? row[at] : 0) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0B;
            case '\\' -> '\\';
            default -> throw corrupt(row, at, "one of b, f, n, r, t, v and \\ behind a \\");
        };
    }

    private static MillraceException.Corrupt corrupt(byte[] row, int at, String expected) {
        return new MillraceException.Corrupt(
                "row of a copy, byte %d of %d: %s, expected %s"
                        .formatted(
                                at,
                                row.length,
                                at < row.length ? "0x%02x".formatted(row[at]) : "nothing",
                                expected));
    }
}
