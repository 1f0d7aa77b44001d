package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What is asked, as bytes that are equal exactly when the same is asked, in every process and on
/// every Java. Records are written by their components, so that a new clause needs nothing here;
/// what is no record is [Canonical].
///
/// ```
/// value  := tag:u8 content
/// record := 'r' name:text component*                 in the order of their declaration, of a field
///                                                    its path and type, not how its texts are cut;
///                                                    or the text
/// list   := 'l' count:i32 value*
/// set    := 's' count:i32 bytes*                     map: entries; both in the order of the bytes
/// text   := 't' length:i32 utf8                      likewise decimals, enum constants, bytes
/// number := 'i' i64 | 'd' bits of a double:i64
/// other  := 'n' null or empty | 'o' value that may be empty | 'b' boolean:u8
/// ```
final class CanonicalForm {
    private static final ClassValue<Method[]> COMPONENTS =
            new ClassValue<>() {
                @Override
                protected Method[] computeValue(Class<?> type) {
                    return Arrays.stream(type.getRecordComponents())
                            .map(RecordComponent::getAccessor)
                            .toArray(Method[]::new);
                }
            };

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private final DataOutputStream out = new DataOutputStream(bytes);

    private CanonicalForm() {}

    static byte[] of(@Nullable Object value) {
        CanonicalForm form = new CanonicalForm();
        try {
            form.write(value);
        } catch (IOException e) {
            throw new MillraceException.Bug("writing to memory failed", e);
        }
        return form.bytes.toByteArray();
    }

    /// SHA-256, in hexadecimal digits, of what a request matches and in which order; not of the
    /// part that it wants to see.
    static String digestOfOrder(SearchRequest request) {
        try {
            byte[] form = of(List.of(request.query(), request.filter(), request.sort()));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(form));
        } catch (NoSuchAlgorithmException e) {
            throw new MillraceException.Bug("every Java has SHA-256", e);
        }
    }

    private void write(@Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeByte('n');
            case Optional<?> optional -> optional(optional.orElse(null));
            case OptionalInt optional ->
                    optional(optional.isPresent() ? optional.getAsInt() : null);
            case OptionalLong optional ->
                    optional(optional.isPresent() ? optional.getAsLong() : null);
            case Field field -> {
                out.writeByte('r');
                write(field.getClass().getName());
                write(field.path());
                write(field.type());
            }
            case Record members -> members(members);
            case Canonical part -> {
                out.writeByte('r');
                write(part.getClass().getName());
                write(part.canonicalText());
            }
            case Boolean bool -> {
                out.writeByte('b');
                out.writeBoolean(bool);
            }
            case Integer whole -> number(whole);
            case Long whole -> number(whole);
            case Float real -> real(real);
            case Double real -> real(real);
            case String text -> bytes('t', text.getBytes(StandardCharsets.UTF_8));
            case BigDecimal decimal -> write(decimal.toString());
            case Enum<?> constant -> write(constant.name());
            case DocumentKey key -> bytes('t', key.bytes());
            case byte[] raw -> bytes('t', raw);
            case List<?> items -> {
                out.writeByte('l');
                out.writeInt(items.size());
                for (Object item : items) {
                    write(item);
                }
            }
            case Collection<?> items -> unordered(items);
            case Map<?, ?> map ->
                    unordered(
                            map.entrySet().stream()
                                    .map(entry -> Arrays.asList(entry.getKey(), entry.getValue()))
                                    .toList());
            default ->
                    throw new MillraceException.Bug(
                            "a request holds a " + value.getClass().getName());
        }
    }

    private void optional(@Nullable Object value) throws IOException {
        if (value != null) {
            out.writeByte('o');
        }
        write(value);
    }

    private void members(Record value) throws IOException {
        out.writeByte('r');
        write(value.getClass().getName());
        for (Method component : COMPONENTS.get(value.getClass())) {
            try {
                write(component.invoke(value));
            } catch (ReflectiveOperationException e) {
                throw new MillraceException.Bug("reading " + component, e);
            }
        }
    }

    private void number(long whole) throws IOException {
        out.writeByte('i');
        out.writeLong(whole);
    }

    private void real(double real) throws IOException {
        out.writeByte('d');
        out.writeLong(Double.doubleToLongBits(real));
    }

    private void bytes(char tag, byte[] raw) throws IOException {
        out.writeByte(tag);
        out.writeInt(raw.length);
        out.write(raw);
    }

    private void unordered(Collection<?> items) throws IOException {
        List<byte[]> forms = new ArrayList<>();
        items.forEach(item -> forms.add(of(item)));
        forms.sort(Arrays::compareUnsigned);
        out.writeByte('s');
        out.writeInt(forms.size());
        for (byte[] form : forms) {
            out.write(form);
        }
    }
}
