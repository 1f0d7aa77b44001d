package io.millrace.search;

import io.millrace.document.Document;
import io.millrace.document.DocumentCursor;
import io.millrace.document.DocumentCursor.Token;
import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The part of stored documents that a request wants back. Immutable.
///
/// Objects stay nested, a path reaches into the objects of an array, a path that a document does
/// not have is just absent. What is left out is never made into a tree.
final class StoredFields {
    private final boolean isWhole;
    private final Set<String> paths;

    /// Every path on the way to one of `paths`.
    private final Set<String> parents = new HashSet<>();

    /// @param selected paths; empty for the whole document
    StoredFields(Optional<List<String>> selected) {
        isWhole = selected.isEmpty();
        paths = Set.copyOf(selected.orElse(List.of()));
        for (String path : paths) {
            for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
                parents.add(path.substring(0, dot));
            }
        }
    }

    /// True when stored documents need not be read.
    boolean isNothing() {
        return !isWhole && paths.isEmpty();
    }

    Value.Obj select(Document document) {
        if (isWhole) {
            return document.root();
        }
        DocumentCursor cursor = document.cursor();
        cursor.next();
        return object(cursor, "");
    }

    private Value.Obj object(DocumentCursor cursor, String prefix) {
        Map<String, Value> members = new LinkedHashMap<>();
        for (Token token = cursor.next(); token != Token.END; token = cursor.next()) {
            String name = cursor.name();
            String path = prefix + name;
            if (paths.contains(path)) {
                members.put(name, cursor.value(token));
            } else if (token == Token.OBJECT && parents.contains(path)) {
                Value.Obj inner = object(cursor, path + ".");
                if (!inner.members().isEmpty()) {
                    members.put(name, inner);
                }
            } else if (token == Token.ARRAY && parents.contains(path)) {
                Value.Array inner = array(cursor, path + ".");
                if (!inner.items().isEmpty()) {
                    members.put(name, inner);
                }
            } else {
                skip(cursor, token);
            }
        }
        return new Value.Obj(members);
    }

    private Value.Array array(DocumentCursor cursor, String prefix) {
        List<Value> items = new ArrayList<>();
        for (Token token = cursor.next(); token != Token.END; token = cursor.next()) {
            if (token == Token.OBJECT) {
                Value.Obj item = object(cursor, prefix);
                if (!item.members().isEmpty()) {
                    items.add(item);
                }
            } else {
                skip(cursor, token);
            }
        }
        return new Value.Array(items);
    }

    private static void skip(DocumentCursor cursor, Token token) {
        if (token == Token.OBJECT || token == Token.ARRAY) {
            cursor.skip();
        }
    }
}
