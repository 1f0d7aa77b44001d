package io.millrace.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Cuts bytes into lines, each with its place; holds one line and one buffer. Confined to one
/// thread.
///
/// A line ends with a line feed, which does not belong to it, nor does a carriage return before
/// that. Where quotes are minded, a line feed inside a quoted cell belongs to the line.
public final class LineReader {
    /// What is kept of a line that is too long.
    public static final int KEPT_OF_LONG_LINE_BYTES = 64 << 10;

    /// No character: quotes are nothing special.
    public static final int NO_QUOTES = -1;

    private static final int BUFFER_BYTES = 64 << 10;
    private static final byte QUOTE = '"';

    private final InputStream in;
    private final int lineBytesMax;
    private final int delimiter;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int filled;
    private long offset;

    private byte[] line = new byte[1 << 10];
    private int length;
    private long lineFeeds;

    private enum Cell {
        START,
        PLAIN,
        QUOTED,
        /// A quote inside a quoted cell: its end, or the first of two.
        AFTER_QUOTE
    }

    /// One line.
    ///
    /// - bytes: without its end; of a line that is too long only the beginning
    /// - from, to: offset of its first byte, and of the first byte of the next line
    /// - lengthBytes: of the whole line
    /// - lineFeeds: those it ends with or, inside quotes, holds
    /// - isEnded: false for bytes after the last line feed
    public record Line(
            byte[] bytes,
            long from,
            long to,
            long lengthBytes,
            long lineFeeds,
            boolean isTooLong,
            boolean isEnded) {
        /// The line without its first bytes.
        public Line without(int first) {
            return new Line(
                    Arrays.copyOfRange(bytes, first, bytes.length),
                    from,
                    to,
                    lengthBytes,
                    lineFeeds,
                    isTooLong,
                    isEnded);
        }

        /// True for what is there for the eye only.
        public boolean isBlank() {
            for (byte each : bytes) {
                if (each != ' ' && each != '\t' && each != '\r') {
                    return false;
                }
            }
            return true;
        }
    }

    /// @param offset of the first byte of `in`
    /// @param delimiter of cells where quotes are minded, else [#NO_QUOTES]
    public LineReader(InputStream in, long offset, int lineBytesMax, int delimiter) {
        this.in = in;
        this.offset = offset;
        this.lineBytesMax = lineBytesMax;
        this.delimiter = delimiter;
    }

    /// The next line, or null when nothing is left.
    public @Nullable Line next() throws IOException {
        long from = offset;
        long total = 0;
        length = 0;
        lineFeeds = 0;
        Cell cell = Cell.START;
        while (true) {
            if (at == filled && !fill()) {
                return total == 0 ? null : line(from, total, false);
            }
            byte each = buffer[at++];
            offset++;
            lineFeeds += each == '\n' ? 1 : 0;
            if (each == '\n' && cell != Cell.QUOTED) {
                return line(from, total, true);
            }
            total++;
            if (total > lineBytesMax) {
                // A quote that nobody closed must not swallow the rest.
                cell = Cell.PLAIN;
            } else {
                append(each);
                if (delimiter != NO_QUOTES) {
                    cell = after(cell, each);
                }
            }
        }
    }

    private Cell after(Cell cell, byte each) {
        return switch (cell) {
            case QUOTED -> each == QUOTE ? Cell.AFTER_QUOTE : Cell.QUOTED;
            case AFTER_QUOTE -> each == QUOTE ? Cell.QUOTED : plain(each);
            case START -> each == QUOTE ? Cell.QUOTED : plain(each);
            case PLAIN -> plain(each);
        };
    }

    private Cell plain(byte each) {
        return each == delimiter ? Cell.START : Cell.PLAIN;
    }

    private boolean fill() throws IOException {
        at = 0;
        filled = Math.max(0, in.read(buffer, 0, buffer.length));
        return filled > 0;
    }

    private void append(byte each) {
        if (length == line.length) {
            line = Arrays.copyOf(line, Math.min(lineBytesMax, length * 2));
        }
        line[length++] = each;
    }

    private Line line(long from, long total, boolean isEnded) {
        boolean tooLong = total > lineBytesMax;
        int kept = tooLong ? Math.min(length, KEPT_OF_LONG_LINE_BYTES) : length;
        if (isEnded && !tooLong && kept > 0 && line[kept - 1] == '\r') {
            kept--;
        }
        byte[] bytes = Arrays.copyOf(line, kept);
        if (line.length > BUFFER_BYTES * 4) {
            line = new byte[1 << 10];
        }
        return new Line(bytes, from, offset, total, lineFeeds, tooLong, isEnded);
    }
}
