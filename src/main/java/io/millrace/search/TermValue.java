package io.millrace.search;

import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A value of a field as the dictionaries of segments hold it: an ordered number, or bytes. Ordered
/// like the field's values. Immutable; nobody changes the bytes.
record TermValue(long ordered, byte @Nullable [] bytes) implements Comparable<TermValue> {

    static TermValue of(long ordered) {
        return new TermValue(ordered, null);
    }

    static TermValue of(byte[] bytes) {
        return new TermValue(0, bytes);
    }

    static TermValue of(Field field, Value value) {
        return field.type().isNumeric()
                ? of(Coercion.ordered(field, value))
                : of(Coercion.term(field, value));
    }

    Value shown(Field field) {
        return bytes == null
                ? Coercion.fromOrdered(field, ordered)
                : Coercion.fromTerm(field, bytes);
    }

    @Override
    public int compareTo(TermValue other) {
        return bytes == null
                ? Long.compare(ordered, other.ordered)
                : Arrays.compareUnsigned(bytes, Objects.requireNonNull(other.bytes));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TermValue value
                && ordered == value.ordered
                && Arrays.equals(bytes, value.bytes);
    }

    @Override
    public int hashCode() {
        return bytes == null ? Long.hashCode(ordered) : Arrays.hashCode(bytes);
    }
}
