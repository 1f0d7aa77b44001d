package io.millrace.document;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.DocumentCursor.Token;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A document while a patch is applied to it; [DocumentPatch] says what the edits mean. Only the
/// objects on the way to an edited path are taken apart, everything else is copied as bytes.
/// Confined to one thread.
final class DocumentEditor {

    /// What a member holds.
    private sealed interface Slot {
        /// A value of the document as it was: bytes in [from, to).
        record Stored(boolean isObject, int from, int to) implements Slot {}

        record New(Value value) implements Slot {}

        record Opened(Members members) implements Slot {}
    }

    /// An object taken apart, its members in their order.
    private static final class Members {
        final Map<String, Slot> slots = new LinkedHashMap<>();
    }

    private final byte[] bytes;
    private final Members root;

    DocumentEditor(Document document) {
        bytes = document.bytes();
        root = open(0, bytes.length);
    }

    void set(String path, Value value) {
        if (!replace(root, path, value)) {
            create(root, path, 0, value);
        }
    }

    /// Whatever lies at the path, also where it lies there twice: once in an object, once under a
    /// name with dots.
    void remove(String path) {
        replace(root, path, null);
    }

    void add(String path, List<Value> items) {
        List<Value> present = items(path);
        Set<Value> known = asSet(present);
        List<Value> all = new ArrayList<>(present);
        for (Value item : items) {
            if (known.add(comparable(item))) {
                all.add(item);
            }
        }
        if (all.size() > present.size()) {
            set(path, new Value.Array(all));
        }
    }

    void take(String path, List<Value> items) {
        List<Value> present = items(path);
        Set<Value> taken = asSet(items);
        List<Value> rest =
                present.stream().filter(item -> !taken.contains(comparable(item))).toList();
        if (rest.size() < present.size()) {
            set(path, new Value.Array(rest));
        }
    }

    Document finish() {
        DocumentWriter writer = new DocumentWriter();
        write(root, writer);
        return writer.finish();
    }

    /// Items in a form in which those that count as equal are.
    static Set<Value> asSet(List<Value> items) {
        Set<Value> set = new LinkedHashSet<>();
        items.forEach(item -> set.add(comparable(item)));
        return set;
    }

    private static Value comparable(Value item) {
        return switch (item) {
            case Value.Int(long number) -> exact(BigDecimal.valueOf(number));
            case Value.Real(double number) -> exact(BigDecimal.valueOf(number));
            case Value.Decimal(BigDecimal number) -> exact(number);
            case Value.Null _, Value.Bool _, Value.Text _, Value.Array _, Value.Obj _ -> item;
        };
    }

    private static Value exact(BigDecimal number) {
        return new Value.Decimal(number.stripTrailingZeros());
    }

    private List<Value> items(String path) {
        Value value = find(root, path);
        return switch (value) {
            case null -> List.of();
            case Value.Null _ -> List.of();
            case Value.Array(List<Value> items) -> items;
            case Value.Bool _, Value.Int _, Value.Real _, Value.Decimal _, Value.Text _ ->
                    List.of(value);
            case Value.Obj _ ->
                    throw InvalidRequest.malformed(
                            "",
                            "path %s holds an object, expected an array or one value"
                                    .formatted(path));
        };
    }

    private @Nullable Value find(Members object, String path) {
        Slot direct = object.slots.get(path);
        if (direct != null) {
            return value(direct);
        }
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            Members inner = inner(object, path.substring(0, dot));
            Value found = inner == null ? null : find(inner, path.substring(dot + 1));
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// Puts the value where the path is found first, and nothing where it is found again; null puts
    /// nothing anywhere. False when the path was not found.
    private boolean replace(Members object, String path, @Nullable Value value) {
        Value pending = value;
        boolean found = object.slots.containsKey(path);
        if (found && pending != null) {
            object.slots.put(path, new Slot.New(pending));
            pending = null;
        } else if (found) {
            object.slots.remove(path);
        }
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            Members inner = inner(object, path.substring(0, dot));
            if (inner != null && replace(inner, path.substring(dot + 1), pending)) {
                found = true;
                pending = null;
            }
        }
        return found;
    }

    /// Puts the value at a path that was not found, into the innermost object on the way.
    ///
    /// @param from where in the path the names of members of `object` begin
    private void create(Members object, String path, int from, Value value) {
        for (int dot = path.indexOf('.', from); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            Members inner = inner(object, path.substring(from, dot));
            if (inner != null) {
                create(inner, path, dot + 1, value);
                return;
            }
        }
        int dot = path.indexOf('.', from);
        if (dot < 0) {
            object.slots.put(path.substring(from), new Slot.New(value));
            return;
        }
        String step = path.substring(from, dot);
        Slot obstacle = object.slots.get(step);
        if (obstacle != null && !(value(obstacle) instanceof Value.Null)) {
            throw InvalidRequest.malformed(
                    "",
                    "path %s leads through %s, which is %s, expected an object"
                            .formatted(path, path.substring(0, dot), value(obstacle).kind()));
        }
        Members created = new Members();
        object.slots.put(step, new Slot.Opened(created));
        create(created, path, dot + 1, value);
    }

    /// The object that a member holds, taken apart; null when it holds none.
    private @Nullable Members inner(Members object, String name) {
        Slot slot = object.slots.get(name);
        Members opened =
                switch (slot) {
                    case null -> null;
                    case Slot.Opened(Members members) -> members;
                    case Slot.Stored(boolean isObject, int from, int to) ->
                            isObject ? open(from, to) : null;
                    case Slot.New(Value value) ->
                            value instanceof Value.Obj created ? open(created) : null;
                };
        if (opened != null) {
            object.slots.put(name, new Slot.Opened(opened));
        }
        return opened;
    }

    private Members open(int from, int to) {
        DocumentCursor cursor = new DocumentCursor(bytes, from, to);
        if (cursor.next() != Token.OBJECT) {
            throw new MillraceException.Corrupt("no object at byte " + from + " of a document");
        }
        Members opened = new Members();
        for (Token token = cursor.next(); token != Token.END; token = cursor.next()) {
            String name = cursor.name();
            int start = cursor.valueOffset();
            if (token == Token.OBJECT || token == Token.ARRAY) {
                cursor.skip();
            }
            opened.slots.put(name, new Slot.Stored(token == Token.OBJECT, start, cursor.offset()));
        }
        return opened;
    }

    private static Members open(Value.Obj created) {
        Members opened = new Members();
        created.members().forEach((name, value) -> opened.slots.put(name, new Slot.New(value)));
        return opened;
    }

    private Value value(Slot slot) {
        return switch (slot) {
            case Slot.New(Value value) -> value;
            case Slot.Stored(_, int from, int to) -> {
                DocumentCursor cursor = new DocumentCursor(bytes, from, to);
                yield cursor.value(cursor.next());
            }
            case Slot.Opened(Members members) -> {
                Map<String, Value> values = new LinkedHashMap<>();
                members.slots.forEach((name, inner) -> values.put(name, value(inner)));
                yield new Value.Obj(values);
            }
        };
    }

    private void write(Members object, DocumentWriter writer) {
        writer.beginObject();
        object.slots.forEach((name, slot) -> {
            writer.name(name);
            switch (slot) {
                case Slot.Stored(_, int from, int to) -> writer.stored(bytes, from, to);
                case Slot.New(Value value) -> writer.value(value);
                case Slot.Opened(Members members) -> write(members, writer);
            }
        });
        writer.end();
    }
}
