package io.millrace.document;

import io.millrace.MillraceException;
import io.millrace.document.Value.Obj;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// A schema as a value. What came later than the first segments is left out where it is the
/// default, so that those still read.
///
/// ```
/// schema := { version, key: [path], fields: [field],
///             mode, absent: label, dynamic: true, stopwords: [[word]] }
/// field  := { path, type, multi, unit, analyzer,
///             dynamic: true, positions: false, stopwords: number of a list of the schema }
/// ```
final class SchemaValue {
    private static final String STOPWORDS = "stopwords";
    private static final String POSITIONS = "positions";
    private static final String DYNAMIC = "dynamic";

    private SchemaValue() {}

    static Obj of(Schema schema) {
        List<List<String>> stopwords = new ArrayList<>();
        List<Value> fields = new ArrayList<>();
        for (Field field : schema.fields()) {
            fields.add(of(field, stopwords));
        }
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("version", Value.of(schema.version()));
        members.put("key", strings(schema.keyPaths()));
        members.put("fields", new Value.Array(fields));
        if (!schema.rules().equals(WriteRules.DEFAULT)) {
            members.put("mode", Value.of(schema.rules().mode().label()));
            members.put("absent", Value.of(schema.rules().absent().label()));
        }
        if (schema.dynamic()) {
            members.put(DYNAMIC, Value.of(true));
        }
        if (!stopwords.isEmpty()) {
            members.put(
                    STOPWORDS,
                    new Value.Array(stopwords.stream().<Value>map(SchemaValue::strings).toList()));
        }
        return new Obj(members);
    }

    /// @param stopwords the lists so far, grown by one that is not there
    private static Value of(Field field, List<List<String>> stopwords) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("path", Value.of(field.path()));
        members.put("type", Value.of(field.type().label()));
        members.put("multi", Value.of(field.multi()));
        members.put("unit", Value.of(field.unit().label()));
        members.put("analyzer", Value.of(field.analysis().analyzer()));
        if (field.dynamic()) {
            members.put(DYNAMIC, Value.of(true));
        }
        if (!field.analysis().positions()) {
            members.put(POSITIONS, Value.of(false));
        }
        @Nullable List<String> own = field.analysis().stopwords();
        if (own != null) {
            int known = stopwords.indexOf(own);
            members.put(STOPWORDS, Value.of(known < 0 ? stopwords.size() : known));
            if (known < 0) {
                stopwords.add(own);
            }
        }
        return new Obj(members);
    }

    private static Value.Array strings(List<String> strings) {
        return new Value.Array(strings.stream().map(Value::of).toList());
    }

    static Schema read(Value value) {
        try {
            Obj object = (Obj) value;
            List<List<String>> stopwords = new ArrayList<>();
            if (object.get(STOPWORDS) != null) {
                array(object, STOPWORDS)
                        .forEach(list -> stopwords.add(texts(((Value.Array) list).items())));
            }
            List<Field> fields = new ArrayList<>();
            for (Value item : array(object, "fields")) {
                fields.add(field((Obj) item, stopwords));
            }
            Schema schema =
                    new Schema(
                            Math.toIntExact(integer(object, "version")),
                            texts(array(object, "key")),
                            fields,
                            rules(object),
                            flag(object, DYNAMIC, false));
            if (!schema.isComplete()) {
                throw new IllegalArgumentException("no key");
            }
            return schema;
        } catch (ClassCastException
                | NoSuchElementException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | ArithmeticException e) {
            throw new MillraceException.Corrupt("schema record damaged: " + e.getMessage(), e);
        }
    }

    private static Field field(Obj field, List<List<String>> stopwords) {
        @Nullable List<String> own =
                field.get(STOPWORDS) == null
                        ? null
                        : stopwords.get(Math.toIntExact(integer(field, STOPWORDS)));
        return new Field(
                text(field, "path"),
                FieldType.ofLabel(text(field, "type")).orElseThrow(),
                bool(field, "multi"),
                TimestampUnit.ofLabel(text(field, "unit")).orElseThrow(),
                new Analysis(text(field, "analyzer"), own, flag(field, POSITIONS, true)),
                flag(field, DYNAMIC, false));
    }

    private static WriteRules rules(Obj schema) {
        if (schema.get("mode") == null) {
            return WriteRules.DEFAULT;
        }
        return new WriteRules(
                WriteMode.ofLabel(text(schema, "mode")).orElseThrow(),
                AbsentKey.ofLabel(text(schema, "absent")).orElseThrow());
    }

    private static List<Value> array(Obj object, String name) {
        if (object.get(name) instanceof Value.Array(List<Value> items)) {
            return items;
        }
        throw new IllegalArgumentException("no " + name);
    }

    private static List<String> texts(List<Value> texts) {
        return texts.stream().map(text -> ((Value.Text) text).value()).toList();
    }

    private static boolean bool(Obj object, String name) {
        if (object.get(name) instanceof Value.Bool(boolean bool)) {
            return bool;
        }
        throw new IllegalArgumentException("no " + name);
    }

    /// A member that stands only where it is not the default.
    private static boolean flag(Obj object, String name, boolean unsaid) {
        return object.get(name) == null ? unsaid : bool(object, name);
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
}
