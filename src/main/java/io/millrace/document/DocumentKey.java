package io.millrace.document;

import io.millrace.MillraceException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The name of a document: one or more typed parts as bytes whose unsigned order is the order of
/// the parts.
///
/// ```
/// key := part+                     at most 1 KiB; parts as KeyPart writes them
/// ```
///
/// Two keys are equal when their bytes are; the 64-bit [#hash] only narrows the search.
public final class DocumentKey implements Comparable<DocumentKey> {
    public static final int BYTES_MAX = 1024;

    private final byte[] bytes;

    /// 0 until it is asked for. Threads that ask at once all find the same.
    private volatile long hash;

    private DocumentKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /// A key over bytes that [#bytes] of another one returned; the caller gives them away.
    public static DocumentKey ofBytes(byte[] bytes) {
        return new DocumentKey(bytes);
    }

    public static DocumentKey of(String part) {
        return of(List.of(Value.of(part)));
    }

    public static DocumentKey of(long part) {
        return of(List.of(Value.of(part)));
    }

    /// A key of parts that are [Value.Int] or [Value.Text].
    public static DocumentKey of(List<Value> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        parts.forEach(part -> KeyPart.write(out, part));
        return of(out, parts.size());
    }

    /// A key of one part for each field, coerced to its type.
    ///
    /// @param parts as many as fields
    /// @throws MillraceException.InvalidRequest when a part does not fit, or all are too long
    static DocumentKey of(List<Field> fields, List<Value> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.size(); i++) {
            KeyPart.write(out, fields.get(i), parts.get(i));
        }
        return of(out, parts.size());
    }

    private static DocumentKey of(ByteArrayOutputStream out, int partCount) {
        if (partCount == 0 || out.size() > BYTES_MAX) {
            throw MillraceException.InvalidRequest.malformed(
                    "",
                    "key of %d parts and %d bytes, expected at least 1 part and at most %d bytes"
                            .formatted(partCount, out.size(), BYTES_MAX));
        }
        return new DocumentKey(out.toByteArray());
    }

    /// The bytes themselves, not a copy: never written to.
    public byte[] bytes() {
        return bytes;
    }

    public long hash() {
        long known = hash;
        if (known == 0) {
            known = Hash64.of(bytes, 0, bytes.length);
            hash = known;
        }
        return known;
    }

    /// The first 8 bytes as one number, zeros where there are none: a key of a lower rank is
    /// smaller, keys of one rank may be anything.
    public long rank() {
        long rank = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            rank = rank << Byte.SIZE | (i < bytes.length ? bytes[i] & 0xFF : 0);
        }
        return rank;
    }

    /// The parts in their canonical form: a uuid in lower case, a decimal without zeros behind its
    /// last digit, a timestamp in the unit of its field.
    public List<Value> parts() {
        List<Value> parts = new ArrayList<>(1);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            while (in.hasRemaining()) {
                parts.add(KeyPart.read(in));
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

    @Override
    public int compareTo(DocumentKey that) {
        return Arrays.compareUnsigned(bytes, that.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DocumentKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash());
    }

    @Override
    public String toString() {
        return toValue().toString();
    }
}
