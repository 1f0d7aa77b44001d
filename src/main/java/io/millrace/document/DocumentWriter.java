package io.millrace.document;

import io.millrace.MillraceException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes one document from front to back. Reusable after [#finish]. Confined to one thread.
public final class DocumentWriter {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] buffer = new byte[512];
    private int size;
    private int[] openContainers = new int[16];
    private int depth;

    public void beginObject() {
        begin(DocumentLayout.OBJECT);
    }

    public void beginArray() {
        begin(DocumentLayout.ARRAY);
    }

    /// Closes the innermost open object or array.
    public void end() {
        int start = openContainers[--depth];
        int payload = size - start - DocumentLayout.CONTAINER_HEADER_BYTES;
        INT.set(buffer, start + 1, payload);
    }

    /// The name of the member whose value is written next.
    public void name(String name) {
        string(name);
    }

    /// The same for a name that is UTF-8 already; whoever calls vouches for that.
    public void name(byte[] utf8) {
        varint(utf8.length);
        stored(utf8, 0, utf8.length);
    }

    public void nul() {
        tag(DocumentLayout.NULL);
    }

    public void bool(boolean value) {
        tag(value ? DocumentLayout.TRUE : DocumentLayout.FALSE);
    }

    public void integer(long value) {
        tag(DocumentLayout.INT);
        varint((value << 1) ^ (value >> 63));
    }

    /// @throws IllegalArgumentException for what is no JSON number: infinities and NaN
    public void real(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not a JSON number: " + value);
        }
        tag(DocumentLayout.REAL);
        reserve(Long.BYTES);
        LONG.set(buffer, size, Double.doubleToRawLongBits(value));
        size += Long.BYTES;
    }

    public void decimal(BigDecimal value) {
        tag(DocumentLayout.DECIMAL);
        string(value.toString());
    }

    /// A number whose text is that of [BigDecimal#toString] already; whoever calls vouches for
    /// that.
    public void decimal(byte[] ascii, int from, int to) {
        tag(DocumentLayout.DECIMAL);
        varint(to - from);
        stored(ascii, from, to);
    }

    public void text(String value) {
        tag(DocumentLayout.TEXT);
        string(value);
    }

    /// A text that is UTF-8 already; whoever calls vouches for that.
    public void text(byte[] utf8, int from, int to) {
        tag(DocumentLayout.TEXT);
        varint(to - from);
        stored(utf8, from, to);
    }

    /// Writes a whole tree.
    public void value(Value value) {
        switch (value) {
            case Value.Null _ -> nul();
            case Value.Bool(boolean bool) -> bool(bool);
            case Value.Int(long integer) -> integer(integer);
            case Value.Real(double real) -> real(real);
            case Value.Decimal(BigDecimal decimal) -> decimal(decimal);
            case Value.Text(String text) -> text(text);
            case Value.Array(var items) -> {
                beginArray();
                items.forEach(this::value);
                end();
            }
            case Value.Obj(var members) -> {
                beginObject();
                members.forEach((name, member) -> {
                    name(name);
                    value(member);
                });
                end();
            }
        }
    }

    /// Writes a value that lies in another document.
    void stored(byte[] source, int from, int to) {
        reserve(to - from);
        System.arraycopy(source, from, buffer, size, to - from);
        size += to - from;
    }

    /// Bytes written so far, for limits.
    public int sizeBytes() {
        return size;
    }

    public Document finish() {
        if (depth != 0 || size == 0 || buffer[0] != DocumentLayout.OBJECT) {
            throw new MillraceException.Bug(
                    "document not complete: " + depth + " open containers, " + size + " bytes");
        }
        Document document = Document.ofBytes(Arrays.copyOf(buffer, size));
        size = 0;
        return document;
    }

    /// Forgets what was written since the last [#finish].
    public void reset() {
        size = 0;
        depth = 0;
    }

    private void begin(byte tag) {
        if (depth == DocumentLayout.DEPTH_MAX) {
            throw MillraceException.InvalidRequest.malformed(
                    "", "document nests deeper than " + DocumentLayout.DEPTH_MAX);
        }
        if (depth == openContainers.length) {
            openContainers = Arrays.copyOf(openContainers, depth * 2);
        }
        openContainers[depth++] = size;
        reserve(DocumentLayout.CONTAINER_HEADER_BYTES);
        buffer[size] = tag;
        size += DocumentLayout.CONTAINER_HEADER_BYTES;
    }

    private void tag(byte tag) {
        reserve(1);
        buffer[size++] = tag;
    }

    private void string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        varint(utf8.length);
        reserve(utf8.length);
        System.arraycopy(utf8, 0, buffer, size, utf8.length);
        size += utf8.length;
    }

    private void varint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[size++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
    }

    private void reserve(int bytes) {
        if (buffer.length - size < bytes) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, Math.addExact(size, bytes)));
        }
    }
}
