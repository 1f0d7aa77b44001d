package io.millrace.document;

import io.millrace.MillraceException;
import io.millrace.document.Value.Obj;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an index knows about its documents: the key and the indexed fields. Immutable; a change
/// makes the next version.
///
/// A field's ordinal is its place in [#fields] and never changes within an incarnation: later
/// versions append.
public final class Schema {
    private final int version;
    private final List<String> keyPaths;
    private final List<Field> fields;
    private final Map<String, Integer> ordinals = new HashMap<>();

    /// @param keyPaths the fields that make the key, empty for an index without keys
    public Schema(int version, List<String> keyPaths, List<Field> fields) {
        this.version = version;
        this.keyPaths = List.copyOf(keyPaths);
        this.fields = List.copyOf(fields);
        for (int i = 0; i < this.fields.size(); i++) {
            if (ordinals.put(this.fields.get(i).path(), i) != null) {
                throw new IllegalArgumentException("two fields named " + this.fields.get(i).path());
            }
        }
        for (String path : this.keyPaths) {
            if (!ordinals.containsKey(path)) {
                throw new IllegalArgumentException("key path " + path + " is no field");
            }
        }
    }

    public int version() {
        return version;
    }

    public List<String> keyPaths() {
        return keyPaths;
    }

    public List<Field> fields() {
        return fields;
    }

    public Optional<Field> field(String path) {
        Integer ordinal = ordinals.get(path);
        return ordinal == null ? Optional.empty() : Optional.of(fields.get(ordinal));
    }

    /// The ordinal of a field, or -1 when there is no such field.
    public int ordinal(String path) {
        return ordinals.getOrDefault(path, -1);
    }

    /// The key of a document, from its key paths.
    ///
    /// @throws MillraceException.InvalidRequest when a part is missing or does not fit
    public DocumentKey keyOf(Obj document) {
        List<Value> parts = new ArrayList<>(keyPaths.size());
        for (String path : keyPaths) {
            Value value = at(document, path);
            if (value == null || value instanceof Value.Null) {
                throw MillraceException.InvalidRequest.malformed(
                        "", "key field " + path + " is missing");
            }
            parts.add(keyPart(path, value));
        }
        return DocumentKey.of(parts);
    }

    /// One part of a key, coerced to the type of its field.
    public Value keyPart(String path, Value value) {
        Field field = fields.get(ordinal(path));
        return switch (field.type()) {
            case KEYWORD -> Value.of(Coercion.text(field, value));
            case LONG -> Value.of(Coercion.ordered(field, value));
            default ->
                    throw new MillraceException.Bug(
                            "key field " + path + " has type " + field.type().label());
        };
    }

    /// The value at a dotted path, or null where there is none. A member whose own name has dots is
    /// found too.
    public static @Nullable Value at(Obj object, String path) {
        Value direct = object.get(path);
        if (direct != null) {
            return direct;
        }
        for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
            if (object.get(path.substring(0, dot)) instanceof Obj inner) {
                Value found = at(inner, path.substring(dot + 1));
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    /// The schema as a value, as commit records and segments hold it.
    public Obj toValue() {
        List<Value> fieldValues = new ArrayList<>();
        for (Field field : fields) {
            Map<String, Value> member = new LinkedHashMap<>();
            member.put("path", Value.of(field.path()));
            member.put("type", Value.of(field.type().label()));
            member.put("multi", Value.of(field.multi()));
            member.put("unit", Value.of(field.unit().label()));
            member.put("analyzer", Value.of(field.analyzer()));
            fieldValues.add(new Obj(member));
        }
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("version", Value.of(version));
        members.put("key", new Value.Array(keyPaths.stream().map(Value::of).toList()));
        members.put("fields", new Value.Array(fieldValues));
        return new Obj(members);
    }

    /// @throws MillraceException.Corrupt when the value is no schema
    public static Schema fromValue(Value value) {
        try {
            Obj object = (Obj) value;
            List<String> keyPaths = new ArrayList<>();
            for (Value path : array(object, "key")) {
                keyPaths.add(((Value.Text) path).value());
            }
            List<Field> fields = new ArrayList<>();
            for (Value item : array(object, "fields")) {
                Obj field = (Obj) item;
                fields.add(
                        new Field(
                                text(field, "path"),
                                FieldType.ofLabel(text(field, "type")).orElseThrow(),
                                bool(field, "multi"),
                                TimestampUnit.ofLabel(text(field, "unit")).orElseThrow(),
                                text(field, "analyzer")));
            }
            return new Schema(Math.toIntExact(integer(object, "version")), keyPaths, fields);
        } catch (ClassCastException
                | java.util.NoSuchElementException
                | IllegalArgumentException
                | ArithmeticException e) {
            throw new MillraceException.Corrupt("schema record damaged: " + e.getMessage(), e);
        }
    }

    private static List<Value> array(Obj object, String name) {
        if (object.get(name) instanceof Value.Array(List<Value> items)) {
            return items;
        }
        throw new IllegalArgumentException("no " + name);
    }

    private static boolean bool(Obj object, String name) {
        if (object.get(name) instanceof Value.Bool(boolean bool)) {
            return bool;
        }
        throw new IllegalArgumentException("no " + name);
    }

    private static long integer(Obj object, String name) {
        if (object.get(name) instanceof Value.Int(long integer)) {
            return integer;
        }
        throw new IllegalArgumentException("no " + name);
    }

    private static String text(Obj object, String name) {
        if (object.get(name) instanceof Value.Text(String text)) {
            return text;
        }
        throw new IllegalArgumentException("no " + name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Schema that
                && version == that.version
                && keyPaths.equals(that.keyPaths)
                && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
        return 31 * version + fields.hashCode();
    }

    @Override
    public String toString() {
        return "schema " + version + " " + fields;
    }
}
