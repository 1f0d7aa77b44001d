package io.millrace.document;

import io.millrace.MillraceException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The name of a document: one or more typed parts as bytes whose unsigned order is the order of
/// the parts.
///
/// ```
/// key  := part+                     at most 1 KiB
/// part := 0x10 8 bytes              a long, big-endian, sign bit flipped
///       | 0x20 bytes 0x00 0x00      a string: UTF-8, each 0x00 in it written as 0x00 0xFF
/// ```
///
/// Two keys are equal when their bytes are; the 64-bit [#hash] only narrows the search.
public final class DocumentKey implements Comparable<DocumentKey> {
    public static final int BYTES_MAX = 1024;

    private static final byte LONG_PART = 0x10;
    private static final byte TEXT_PART = 0x20;

    /// Follows a zero byte that belongs to the string.
    private static final byte ESCAPED_ZERO = (byte) 0xFF;

    private final byte[] bytes;
    private final long hash;

    private DocumentKey(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Hash64.of(bytes, 0, bytes.length);
    }

    /// A key over bytes that [#bytes] of another one returned; the caller gives them away.
    public static DocumentKey ofBytes(byte[] bytes) {
        return new DocumentKey(bytes);
    }

    public static DocumentKey of(String part) {
        return of(List.of(Value.of(part)));
    }

    public static DocumentKey of(long part) {
        return new DocumentKey(
                ByteBuffer.allocate(1 + Long.BYTES)
                        .put(LONG_PART)
                        .putLong(part ^ Long.MIN_VALUE)
                        .array());
    }

    /// A key of parts that are [Value.Int] or [Value.Text].
    public static DocumentKey of(List<Value> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Value part : parts) {
            switch (part) {
                case Value.Int(long number) -> {
                    out.write(LONG_PART);
                    out.writeBytes(
                            ByteBuffer.allocate(Long.BYTES)
                                    .putLong(number ^ Long.MIN_VALUE)
                                    .array());
                }
                case Value.Text(String text) -> {
                    out.write(TEXT_PART);
                    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                        out.write(b);
                        if (b == 0) {
                            out.write(ESCAPED_ZERO);
                        }
                    }
                    out.write(0);
                    out.write(0);
                }
                default ->
                        throw MillraceException.InvalidRequest.malformed(
                                "", "key part is " + part.kind() + ", expected a string or number");
            }
        }
        if (parts.isEmpty() || out.size() > BYTES_MAX) {
            throw MillraceException.InvalidRequest.malformed(
                    "",
                    "key of %d parts and %d bytes, expected at least 1 part and at most %d bytes"
                            .formatted(parts.size(), out.size(), BYTES_MAX));
        }
        return new DocumentKey(out.toByteArray());
    }

    /// The bytes themselves, not a copy: never written to.
    public byte[] bytes() {
        return bytes;
    }

    public long hash() {
        return hash;
    }

    /// The parts as they were given.
    public List<Value> parts() {
        List<Value> parts = new ArrayList<>(1);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            while (in.hasRemaining()) {
                byte tag = in.get();
                switch (tag) {
                    case LONG_PART -> parts.add(Value.of(in.getLong() ^ Long.MIN_VALUE));
                    case TEXT_PART -> parts.add(textPart(in));
                    default ->
                            throw new MillraceException.Corrupt("key with unknown part tag " + tag);
                }
            }
        } catch (java.nio.BufferUnderflowException e) {
            throw new MillraceException.Corrupt("key of " + bytes.length + " bytes is cut off", e);
        }
        return parts;
    }

    /// In JSON: the part itself, or an array of several.
    public Value toValue() {
        List<Value> parts = parts();
        return parts.size() == 1 ? parts.getFirst() : new Value.Array(parts);
    }

    private static Value textPart(ByteBuffer in) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (true) {
            byte b = in.get();
            if (b == 0) {
                byte next = in.get();
                if (next == 0) {
                    return Value.of(out.toString(StandardCharsets.UTF_8));
                }
                if (next != ESCAPED_ZERO) {
                    throw new MillraceException.Corrupt("key with a zero before byte " + next);
                }
            }
            out.write(b);
        }
    }

    @Override
    public int compareTo(DocumentKey that) {
        return Arrays.compareUnsigned(bytes, that.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DocumentKey that
                && hash == that.hash
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }

    @Override
    public String toString() {
        return toValue().toString();
    }
}
