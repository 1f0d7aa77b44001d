package io.millrace.rest;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An answer as it goes over the wire: a record whose components are the members of its JSON
/// object, under the same names. A member that is null is left out.
interface Wire {
    Obj toValue();

    /// Collects the members of one object in order.
    final class Members {
        private final Map<String, Value> members = new LinkedHashMap<>();

        Members put(String name, @Nullable Value value) {
            if (value != null) {
                members.put(name, value);
            }
            return this;
        }

        Members put(String name, @Nullable String text) {
            return put(name, text == null ? null : Value.of(text));
        }

        Members put(String name, long number) {
            return put(name, Value.of(number));
        }

        Members put(String name, @Nullable Long number) {
            return put(name, number == null ? null : Value.of(number.longValue()));
        }

        Members put(String name, @Nullable Double number) {
            return put(name, number == null ? null : Value.of(number.doubleValue()));
        }

        Members put(String name, @Nullable Wire wire) {
            return put(name, wire == null ? null : wire.toValue());
        }

        Members put(String name, List<? extends Wire> items) {
            return put(name, new Value.Array(items.stream().<Value>map(Wire::toValue).toList()));
        }

        Obj toObj() {
            return new Obj(members);
        }
    }
}
