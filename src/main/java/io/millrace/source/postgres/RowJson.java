package io.millrace.source.postgres;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Writes rows as they came: objects of the server's texts, without what was not sent. Confined to
/// one thread.
final class RowJson {
    private static final byte[] HEX = ascii("0123456789abcdef");
    private static final byte[] NULL = ascii("null");

    /// What a byte takes when it needs an escape.
    private static final int ESCAPED_BYTES_MAX = 6;

    /// In JSON, by cell.
    private final byte[][] names;

    private byte[] out = new byte[256];
    private int size;

    RowJson(List<String> names) {
        this.names = new byte[names.size()][];
        for (int i = 0; i < this.names.length; i++) {
            byte[] utf8 = names.get(i).getBytes(StandardCharsets.UTF_8);
            quote(utf8, 0, utf8.length);
            this.names[i] = taken();
        }
    }

    /// @param cells of the row, in the order wanted
    byte[] object(Tuple row, int[] cells) {
        put('{');
        for (int cell : cells) {
            if (row.kind(cell) == Tuple.UNCHANGED) {
                continue;
            }
            if (size > 1) {
                put(',');
            }
            put(names[cell], 0, names[cell].length);
            put(':');
            if (row.kind(cell) == Tuple.NULL) {
                put(NULL, 0, NULL.length);
            } else {
                quote(row.message(), row.start(cell), row.end(cell));
            }
        }
        put('}');
        return taken();
    }

    private byte[] taken() {
        byte[] taken = Arrays.copyOf(out, size);
        size = 0;
        return taken;
    }

    /// UTF-8 as a JSON string: what needs an escape is one byte long.
    private void quote(byte[] utf8, int from, int to) {
        put('"');
        int plain = from;
        for (int i = from; i < to; i++) {
            byte b = utf8[i];
            if (b >= 0 && (b < ' ' || b == '"' || b == '\\')) {
                put(utf8, plain, i);
                plain = i + 1;
                escape(b);
            }
        }
        put(utf8, plain, to);
        put('"');
    }

    private void escape(byte b) {
        reserve(ESCAPED_BYTES_MAX);
        out[size++] = '\\';
        if (b < ' ') {
            out[size++] = 'u';
            out[size++] = '0';
            out[size++] = '0';
            out[size++] = HEX[b >> 4];
            out[size++] = HEX[b & 15];
        } else {
            out[size++] = b;
        }
    }

    private void put(char ascii) {
        reserve(1);
        out[size++] = (byte) ascii;
    }

    private void put(byte[] bytes, int from, int to) {
        reserve(to - from);
        System.arraycopy(bytes, from, out, size, to - from);
        size += to - from;
    }

    private void reserve(int bytes) {
        if (out.length - size < bytes) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, Math.addExact(size, bytes)));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
