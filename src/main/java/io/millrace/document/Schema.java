package io.millrace.document;

import io.millrace.MillraceException;
import io.millrace.document.Value.Obj;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What an index knows about its documents: the key and the indexed fields. Immutable; a change
/// makes the next version.
///
/// A field's ordinal is its place in [#fields] and never changes within an incarnation: later
/// versions append.
///
/// A dynamic schema takes in fields that nobody declared ([LiveSchema]).
public final class Schema {
    /// The key where there are no key fields.
    private static final Field NUMBER = Field.of("_key", FieldType.LONG);

    /// Declared and inferred fields together, [Field#IGNORED] apart.
    public static final int FIELDS_MAX = 1_000;

    private final int version;
    private final List<String> keyPaths;
    private final List<Field> fields;

    /// In the order of the key's parts.
    private final List<Field> keyFields;

    private final WriteRules rules;
    private final boolean dynamic;
    private final Map<String, Integer> ordinals = new HashMap<>();

    /// A schema of declared fields only.
    ///
    /// @param keyPaths the fields that make the key, empty for an index without keys
    public Schema(int version, List<String> keyPaths, List<Field> fields) {
        this(version, keyPaths, fields, false);
    }

    /// @param dynamic true when documents bring fields of their own
    public Schema(int version, List<String> keyPaths, List<Field> fields, boolean dynamic) {
        this(
                version,
                keyPaths,
                fields,
                keyPaths.isEmpty() ? WriteRules.APPEND : WriteRules.DEFAULT,
                dynamic);
    }

    public Schema(int version, List<String> keyPaths, List<Field> fields, WriteRules rules) {
        this(version, keyPaths, fields, rules, false);
    }

    /// @param keyPaths the fields that make the key, none when documents are appended, or as long
    ///   as only the source knows them
    /// @param dynamic true when documents bring fields of their own
    public Schema(
            int version,
            List<String> keyPaths,
            List<Field> fields,
            WriteRules rules,
            boolean dynamic) {
        this.version = version;
        this.keyPaths = List.copyOf(keyPaths);
        this.fields = List.copyOf(fields);
        this.rules = rules;
        this.dynamic = dynamic;
        if (!keyPaths.isEmpty() && rules.mode() == WriteMode.APPEND) {
            throw new IllegalArgumentException(
                    "mode %s with key %s".formatted(rules.mode().label(), keyPaths));
        }
        for (int i = 0; i < this.fields.size(); i++) {
            if (ordinals.put(this.fields.get(i).path(), i) != null) {
                throw new IllegalArgumentException("two fields named " + this.fields.get(i).path());
            }
        }
        List<Field> ofKey = new ArrayList<>(keyPaths.size());
        for (String path : this.keyPaths) {
            Integer ordinal = ordinals.get(path);
            if (ordinal == null) {
                throw new IllegalArgumentException("key path " + path + " is no field");
            }
            ofKey.add(this.fields.get(ordinal));
        }
        keyFields = List.copyOf(ofKey);
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

    public WriteRules rules() {
        return rules;
    }

    public boolean dynamic() {
        return dynamic;
    }

    /// False as long as only the source knows the key: no index is made of such a schema.
    public boolean isComplete() {
        return !keyPaths.isEmpty() || rules.mode() == WriteMode.APPEND;
    }

    /// The same, complete: with what a source knows of its documents, as far as nothing is said of
    /// it here. A schema that takes in no fields takes in those of the key only.
    ///
    /// @param sourceKeyPaths the key, each of `sourceFields`
    public Schema completedBy(List<String> sourceKeyPaths, List<Field> sourceFields) {
        List<String> key = isComplete() ? keyPaths : List.copyOf(sourceKeyPaths);
        List<Field> keyFields = new ArrayList<>();
        List<Field> others = new ArrayList<>();
        for (Field field : sourceFields) {
            if (!ordinals.containsKey(field.path())) {
                (key.contains(field.path()) ? keyFields : others).add(field);
            }
        }
        List<Field> all = new ArrayList<>(keyFields);
        all.addAll(fields);
        if (dynamic) {
            others.stream().limit(Math.max(0, FIELDS_MAX - all.size())).forEach(all::add);
        }
        Schema completed = new Schema(version, key, all, rules, dynamic);
        if (!completed.isComplete()) {
            throw new MillraceException.Bug("a source that does not say what its key is");
        }
        return completed;
    }

    /// The next version: `changed` stand in the place of the fields of their paths, or behind all
    /// others where there were none.
    public Schema with(List<Field> changed) {
        List<Field> next = new ArrayList<>(fields);
        for (Field field : changed) {
            int ordinal = ordinal(field.path());
            if (ordinal < 0) {
                next.add(field);
            } else {
                next.set(ordinal, field);
            }
        }
        return new Schema(version + 1, keyPaths, next, rules, dynamic);
    }

    /// The next version, which takes in new fields or does not.
    public Schema withDynamic(boolean newDynamic) {
        return new Schema(version + 1, keyPaths, fields, rules, newDynamic);
    }

    /// How many fields more may be inferred.
    public int room() {
        int ignored = ordinal(Field.IGNORED.path()) >= 0 ? 1 : 0;
        return Math.max(0, FIELDS_MAX - (fields.size() - ignored));
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
        return keyOf(path -> at(document, path));
    }

    /// See [#keyOf(Obj)]; builds no tree.
    public DocumentKey keyOf(Document document) {
        return keyOf(document::at);
    }

    private DocumentKey keyOf(Function<String, @Nullable Value> valueAt) {
        List<Value> parts = new ArrayList<>(keyFields.size());
        for (String path : keyPaths) {
            Value value = valueAt.apply(path);
            if (value == null || value instanceof Value.Null) {
                throw MillraceException.InvalidRequest.malformed(
                        "", "key field " + path + " is missing");
            }
            parts.add(value);
        }
        return DocumentKey.of(keyFields, parts);
    }

    /// A key as JSON writes it, the reverse of [DocumentKey#toValue]: the part itself, or an array
    /// of several.
    ///
    /// @throws MillraceException.InvalidRequest when the parts are not as many as expected or do
    ///   not fit
    public DocumentKey keyFrom(Value key) {
        boolean isArray = keyPaths.size() > 1 && key instanceof Value.Array;
        return keyFrom(isArray ? ((Value.Array) key).items() : List.of(key));
    }

    /// A key of parts that may need coercion. Without key fields it is the number of a change.
    ///
    /// @throws MillraceException.InvalidRequest when the parts are not as many as expected or do
    ///   not fit
    public DocumentKey keyFrom(List<Value> given) {
        List<String> names = keyPaths.isEmpty() ? List.of(NUMBER.path()) : keyPaths;
        if (given.size() != names.size()) {
            throw MillraceException.InvalidRequest.malformed(
                    "",
                    "key of %d parts, expected %d: %s"
                            .formatted(given.size(), names.size(), String.join(", ", names)));
        }
        for (int i = 0; i < given.size(); i++) {
            if (given.get(i) instanceof Value.Null) {
                throw MillraceException.InvalidRequest.malformed(
                        "", "key field " + names.get(i) + " is null");
            }
        }
        return DocumentKey.of(keyPaths.isEmpty() ? List.of(NUMBER) : keyFields, given);
    }

    /// A document of nothing but its key.
    public Document documentOf(DocumentKey key) {
        List<Value> parts = key.parts();
        Map<String, Value> set = new LinkedHashMap<>();
        for (int i = 0; i < keyPaths.size(); i++) {
            set.put(keyPaths.get(i), parts.get(i));
        }
        return new DocumentPatch(set, List.of(), Map.of(), Map.of())
                .applyTo(Document.of(Obj.EMPTY));
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
        return SchemaValue.of(this);
    }

    /// @throws MillraceException.Corrupt when the value is no schema
    public static Schema fromValue(Value value) {
        return SchemaValue.read(value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Schema that
                && version == that.version
                && keyPaths.equals(that.keyPaths)
                && fields.equals(that.fields)
                && rules.equals(that.rules)
                && dynamic == that.dynamic;
    }

    @Override
    public int hashCode() {
        return 31 * version + fields.hashCode();
    }

    @Override
    public String toString() {
        return "schema " + version + (dynamic ? " dynamic " : " ") + fields;
    }
}
