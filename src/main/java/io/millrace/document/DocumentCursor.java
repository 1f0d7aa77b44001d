package io.millrace.document;

import io.millrace.MillraceException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Walks the binary form of a document token by token, without building a tree. Confined to one
/// thread.
///
/// Every read checks its bounds: bytes that are no document end in
/// [io.millrace.MillraceException.Corrupt], never in a wrong value.
public final class DocumentCursor {

    /// What [#next] found. END is the end of the innermost open container, DONE of the document.
    public enum Token {
        OBJECT,
        ARRAY,
        END,
        NULL,
        BOOL,
        INT,
        REAL,
        DECIMAL,
        TEXT,
        DONE
    }

    private static final VarHandle INT_LE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int start;
    private final int end;
    private int at;
    private int valueAt;
    private int depth;
    private int[] containerEnds = new int[8];
    private boolean[] containerIsObject = new boolean[8];
    private int nameAt;
    private int nameLength;
    private int textAt;
    private int textLength;
    private long integer;
    private double real;
    private boolean bool;

    DocumentCursor(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /// Walks the one value that lies in [start, end).
    DocumentCursor(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.at = start;
    }

    /// Moves to the next token. Inside an object the member's name stands in [#name].
    public Token next() {
        try {
            return advance();
        } catch (IndexOutOfBoundsException e) {
            throw corrupt("value runs past the end", e);
        }
    }

    private Token advance() {
        if (depth == 0 && at > start) {
            if (at != end) {
                throw corrupt("bytes after the end", null);
            }
            return Token.DONE;
        }
        if (depth > 0) {
            int containerEnd = containerEnds[depth - 1];
            if (at == containerEnd) {
                depth--;
                return Token.END;
            }
            if (at > containerEnd) {
                throw corrupt("value runs past its container", null);
            }
            if (containerIsObject[depth - 1]) {
                nameLength = length();
                nameAt = at;
                at += nameLength;
            }
        }
        valueAt = at;
        byte tag = bytes[at++];
        return switch (tag) {
            case DocumentLayout.NULL -> Token.NULL;
            case DocumentLayout.FALSE -> {
                bool = false;
                yield Token.BOOL;
            }
            case DocumentLayout.TRUE -> {
                bool = true;
                yield Token.BOOL;
            }
            case DocumentLayout.INT -> {
                long zigzag = varint();
                integer = (zigzag >>> 1) ^ -(zigzag & 1);
                yield Token.INT;
            }
            case DocumentLayout.REAL -> {
                real = Double.longBitsToDouble((long) LONG_LE.get(bytes, at));
                at += Long.BYTES;
                if (!Double.isFinite(real)) {
                    throw corrupt("number is " + real, null);
                }
                yield Token.REAL;
            }
            case DocumentLayout.DECIMAL -> {
                string();
                yield Token.DECIMAL;
            }
            case DocumentLayout.TEXT -> {
                string();
                yield Token.TEXT;
            }
            case DocumentLayout.ARRAY -> {
                open(false);
                yield Token.ARRAY;
            }
            case DocumentLayout.OBJECT -> {
                open(true);
                yield Token.OBJECT;
            }
            default -> throw corrupt("unknown tag " + tag, null);
        };
    }

    /// Leaves the container that [#next] just opened without visiting it.
    public void skip() {
        at = containerEnds[--depth];
    }

    /// Where the current value begins, its tag included.
    int valueOffset() {
        return valueAt;
    }

    /// Behind what was read last.
    int offset() {
        return at;
    }

    /// The value at a dotted path inside the object that [#next] just opened, or null; the object
    /// is left then. What [Schema#at] finds in a tree, found without one.
    @Nullable Value find(byte[] wanted) {
        Value direct = null;
        Value nested = null;
        int nestedIn = Integer.MAX_VALUE;
        for (Token token = next(); token != Token.END; token = next()) {
            int length = nameLength;
            boolean starts =
                    length <= wanted.length
                            && Arrays.equals(bytes, nameAt, nameAt + length, wanted, 0, length);
            if (starts && length == wanted.length) {
                direct = value(token);
            } else if (token == Token.OBJECT && starts && wanted[length] == '.') {
                Value found = find(Arrays.copyOfRange(wanted, length + 1, wanted.length));
                // Of several that lead there the shortest counts, wherever it stands.
                if (found != null && length < nestedIn) {
                    nested = found;
                    nestedIn = length;
                }
            } else if (token == Token.OBJECT || token == Token.ARRAY) {
                skip();
            }
        }
        return direct != null ? direct : nested;
    }

    public String name() {
        return new String(bytes, nameAt, nameLength, StandardCharsets.UTF_8);
    }

    /// Where the current member's name lies in [Document#bytes], in bytes.
    public int nameOffset() {
        return nameAt;
    }

    public int nameLengthBytes() {
        return nameLength;
    }

    public boolean bool() {
        return bool;
    }

    public long integer() {
        return integer;
    }

    public double real() {
        return real;
    }

    public BigDecimal decimal() {
        try {
            return new BigDecimal(text());
        } catch (NumberFormatException e) {
            throw corrupt("no number: " + text(), e);
        }
    }

    public String text() {
        return new String(bytes, textAt, textLength, StandardCharsets.UTF_8);
    }

    /// Where the current string lies in [Document#bytes], in bytes.
    public int textOffset() {
        return textAt;
    }

    public int textLengthBytes() {
        return textLength;
    }

    /// The current token as a tree; a container is read to its end.
    public Value value(Token token) {
        return switch (token) {
            case NULL -> Value.NULL;
            case BOOL -> new Value.Bool(bool);
            case INT -> new Value.Int(integer);
            case REAL -> new Value.Real(real);
            case DECIMAL -> new Value.Decimal(decimal());
            case TEXT -> new Value.Text(text());
            case ARRAY -> {
                List<Value> items = new ArrayList<>();
                for (Token item = next(); item != Token.END; item = next()) {
                    items.add(value(item));
                }
                yield new Value.Array(items);
            }
            case OBJECT -> {
                Map<String, Value> members = new LinkedHashMap<>();
                for (Token member = next(); member != Token.END; member = next()) {
                    members.put(name(), value(member));
                }
                yield new Value.Obj(members);
            }
            case END, DONE -> throw new MillraceException.Bug("no value at " + token);
        };
    }

    Value.Obj readTree() {
        if (next() == Token.OBJECT && value(Token.OBJECT) instanceof Value.Obj root) {
            if (next() == Token.DONE) {
                return root;
            }
        }
        throw corrupt("no object at the root", null);
    }

    private void open(boolean isObject) {
        int length = (int) INT_LE.get(bytes, at);
        at += Integer.BYTES;
        if (length < 0 || length > bytes.length - at || depth == DocumentLayout.DEPTH_MAX) {
            throw corrupt("container of " + length + " bytes at depth " + depth, null);
        }
        if (depth == containerEnds.length) {
            containerEnds = Arrays.copyOf(containerEnds, depth * 2);
            containerIsObject = Arrays.copyOf(containerIsObject, depth * 2);
        }
        containerEnds[depth] = at + length;
        containerIsObject[depth++] = isObject;
    }

    private void string() {
        textLength = length();
        textAt = at;
        at += textLength;
    }

    private int length() {
        long length = varint();
        if (length < 0 || length > bytes.length - at) {
            throw corrupt("string of " + length + " bytes", null);
        }
        return (int) length;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = bytes[at++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw corrupt("number too long", null);
    }

    private MillraceException.Corrupt corrupt(String what, @Nullable Throwable cause) {
        String message = "document damaged at byte " + at + " of " + bytes.length + ": " + what;
        return cause == null
                ? new MillraceException.Corrupt(message)
                : new MillraceException.Corrupt(message, cause);
    }
}
