package io.millrace.source;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.document.Document;
import io.millrace.document.DocumentCursor;
import io.millrace.document.DocumentCursor.Token;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentPatch;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.document.WriteMode;
import io.millrace.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Changes as lines of JSON, one object each:
///
/// ```
/// {"id": 7, "name": "…"}                                   an upsert of this document
/// {"$upsert": {"id": 7, "name": "…"}}                      the same
/// {"$patch": {"key": 7, "set": {"a.b": 1}, "remove": ["c"],
///             "addTo": {"tags": ["x"]}, "takeFrom": {"tags": ["y"]}}}
/// {"$delete": 7}                                           a key, or an array of its parts
/// ```
///
/// A line is an operation exactly when its object has one member and the name of that begins with
/// `$`; an unknown operation is refused, never taken for a document. No document with a key looks
/// like this: it would be nothing but its key, and where the key itself lies under such a name the
/// line is the document. In an index without keys `$upsert` holds what would look like an
/// operation.
///
/// Immutable; may be shared between threads.
public final class ChangeLines {
    private static final String UPSERT = "$upsert";
    private static final String PATCH = "$patch";
    private static final String DELETE = "$delete";

    private final Schema schema;

    public ChangeLines(Schema schema) {
        this.schema = schema;
    }

    /// @param line one JSON object, without the line's end
    /// @param number of the line, counted from 1, for messages
    /// @throws InvalidRequest naming the line, the column or the member, what was found and what
    ///   was expected
    public Change parse(byte[] line, long number, Origin origin) {
        Document document = Json.parseDocument(line, number);
        try {
            String operation = operation(document);
            if (operation == null) {
                return upsert(document, origin);
            }
            Value content = content(document);
            return switch (operation) {
                case UPSERT -> upsert(Document.of(object(operation, content)), origin);
                case PATCH -> patch(object(operation, content), origin);
                case DELETE -> new Change.Delete(key(operation, content), origin);
                default ->
                        throw refused(
                                operation, "no operation, expected $upsert, $patch or $delete");
            };
        } catch (InvalidRequest e) {
            throw InvalidRequest.malformed(e.pointer(), "line " + number + ": " + e.getMessage());
        }
    }

    /// The name of the only member if it makes the line an operation, else null.
    private @Nullable String operation(Document document) {
        DocumentCursor cursor = document.cursor();
        cursor.next();
        Token token = cursor.next();
        if (token == Token.END
                || cursor.nameLengthBytes() == 0
                || document.bytes()[cursor.nameOffset()] != '$') {
            return null;
        }
        String name = cursor.name();
        if (token == Token.OBJECT || token == Token.ARRAY) {
            cursor.skip();
        }
        boolean only = cursor.next() == Token.END;
        boolean isKey =
                schema.keyPaths().stream()
                        .anyMatch(path -> path.equals(name) || path.startsWith(name + "."));
        return only && !isKey ? name : null;
    }

    private static Value content(Document document) {
        return document.root().members().values().iterator().next();
    }

    private Change upsert(Document document, Origin origin) {
        return schema.rules().mode() == WriteMode.APPEND
                ? new Change.Append(document, origin)
                : new Change.Upsert(schema.keyOf(document), document, origin);
    }

    private Change patch(Obj patch, Origin origin) {
        Value key = null;
        Map<String, Value> set = Map.of();
        List<String> remove = List.of();
        Map<String, List<Value>> addTo = Map.of();
        Map<String, List<Value>> takeFrom = Map.of();
        for (Map.Entry<String, Value> member : patch.members().entrySet()) {
            String place = PATCH + "." + member.getKey();
            Value value = member.getValue();
            switch (member.getKey()) {
                case "key" -> key = value;
                case "set" -> set = object(place, value).members();
                case "remove" -> remove = paths(place, value);
                case "addTo" -> addTo = items(place, value);
                case "takeFrom" -> takeFrom = items(place, value);
                default ->
                        throw refused(
                                place,
                                "no part of a patch, expected key, set, remove, addTo or takeFrom");
            }
        }
        if (key == null) {
            throw refused(PATCH + ".key", "missing, expected the key of a document");
        }
        DocumentKey documentKey = key(PATCH + ".key", key);
        try {
            return new Change.Patch(
                    documentKey, new DocumentPatch(set, remove, addTo, takeFrom), origin);
        } catch (InvalidRequest e) {
            throw refused(PATCH, String.valueOf(e.getMessage()));
        }
    }

    private DocumentKey key(String place, Value key) {
        if (schema.rules().mode() == WriteMode.APPEND) {
            throw refused(place, "the index has no keys, it takes documents only");
        }
        try {
            return schema.keyFrom(key);
        } catch (InvalidRequest e) {
            throw refused(place, String.valueOf(e.getMessage()));
        }
    }

    private static Obj object(String place, Value value) {
        if (value instanceof Obj object) {
            return object;
        }
        throw refused(place, "found " + value.kind() + ", expected an object");
    }

    private static List<String> paths(String place, Value value) {
        List<String> paths = new ArrayList<>();
        for (Value path : array(place, value, "an array of paths")) {
            if (!(path instanceof Value.Text(String text))) {
                throw refused(place, "found " + path.kind() + ", expected a path");
            }
            paths.add(text);
        }
        return paths;
    }

    private static Map<String, List<Value>> items(String place, Value value) {
        Map<String, List<Value>> items = new LinkedHashMap<>();
        object(place, value)
                .members()
                .forEach((path, values) ->
                        items.put(path, array(place + "." + path, values, "an array of items")));
        return items;
    }

    private static List<Value> array(String place, Value value, String expected) {
        if (value instanceof Value.Array(List<Value> items)) {
            return items;
        }
        throw refused(place, "found " + value.kind() + ", expected " + expected);
    }

    private static InvalidRequest refused(String place, String message) {
        return InvalidRequest.malformed("", place + ": " + message);
    }
}
