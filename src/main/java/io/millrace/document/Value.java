package io.millrace.document;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON value as a tree: what definitions, queries and small answers are made of.
///
/// Numbers keep their exact value: [Int] where a 64-bit integer holds it, [Real] where a double
/// prints back the same digits, [Decimal] otherwise. Objects keep the order of their members.
public sealed interface Value {

    Value NULL = new Null();

    record Null() implements Value {
        @Override
        public String kind() {
            return "null";
        }

        @Override
        public String toString() {
            return "null";
        }
    }

    record Bool(boolean value) implements Value {
        @Override
        public String kind() {
            return "a boolean";
        }

        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    record Int(long value) implements Value {
        @Override
        public String kind() {
            return "a number";
        }

        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    record Real(double value) implements Value {
        public Real {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("not a JSON number: " + value);
            }
        }

        /// JSON text that reads back as the same double: plain digits with a fraction
        /// (`12345678.5`, `7.0`) for magnitudes from 1e-6 up to 1e21, an exponent (`1.5E-9`)
        /// beyond.
        public static String text(double real) {
            double magnitude = Math.abs(real);
            boolean isShort = magnitude >= 1e-3 && magnitude < 1e7;
            if (isShort || magnitude < 1e-6 || magnitude >= 1e21) {
                return Double.toString(real);
            }
            BigDecimal plain = BigDecimal.valueOf(real).stripTrailingZeros();
            return plain.setScale(Math.max(1, plain.scale())).toPlainString();
        }

        @Override
        public String kind() {
            return "a number";
        }

        @Override
        public String toString() {
            return text(value);
        }
    }

    record Decimal(BigDecimal value) implements Value {
        @Override
        public String kind() {
            return "a number";
        }

        @Override
        public String toString() {
            return value.toString();
        }
    }

    record Text(String value) implements Value {
        @Override
        public String kind() {
            return "a string";
        }

        @Override
        public String toString() {
            return value;
        }
    }

    record Array(List<Value> items) implements Value {
        public Array {
            items = List.copyOf(items);
        }

        @Override
        public String kind() {
            return "an array";
        }

        @Override
        public String toString() {
            return JsonText.of(this);
        }
    }

    record Obj(Map<String, Value> members) implements Value {
        public static final Obj EMPTY = new Obj(Map.of());

        public Obj {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        public @Nullable Value get(String name) {
            return members.get(name);
        }

        @Override
        public String kind() {
            return "an object";
        }

        @Override
        public String toString() {
            return JsonText.of(this);
        }
    }

    static Value of(String text) {
        return new Text(text);
    }

    static Value of(long number) {
        return new Int(number);
    }

    static Value of(double number) {
        return new Real(number);
    }

    static Value of(boolean bool) {
        return new Bool(bool);
    }

    /// What a message calls this kind of value. Not a default method: with one, the first use of a
    /// variant would initialize this interface, which initializes [Null], and two threads could
    /// wait for each other.
    String kind();
}
