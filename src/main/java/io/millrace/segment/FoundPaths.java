package io.millrace.segment;

import io.millrace.document.DocumentCursor;
import io.millrace.document.DocumentCursor.Token;
import io.millrace.document.FieldPath;
import io.millrace.document.FieldType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// What a document has at paths that no field holds: the fields to infer, and the paths that will
/// not be indexed. Scratch of an analyzer, filled anew for every document.
final class FoundPaths {
    /// A document lists at most so many; whoever looks for the reason has seen enough by then.
    static final int IGNORED_MAX = 100;

    private final Map<String, FieldType> fields = new LinkedHashMap<>();
    private final Set<String> ignored = new LinkedHashSet<>();

    /// How many fields may be inferred.
    private int room;

    /// @param roomNow 0 when what has no field by now never gets one
    void begin(int roomNow) {
        room = roomNow;
        if (!fields.isEmpty()) {
            fields.clear();
        }
        if (!ignored.isEmpty()) {
            ignored.clear();
        }
    }

    /// Types by path: new fields, and those that must become wider.
    Map<String, FieldType> fields() {
        return Collections.unmodifiableMap(fields);
    }

    Set<String> ignored() {
        return Collections.unmodifiableSet(ignored);
    }

    /// Notes a value that its field does not take.
    ///
    /// @param wider the type that would take it, which costs no room
    void widen(String path, FieldType wider) {
        fields.put(path, wider);
    }

    void ignore(String path) {
        if (ignored.size() < IGNORED_MAX) {
            ignored.add(
                    path.length() <= FieldPath.CHARS_MAX
                            ? path
                            : path.substring(0, FieldPath.CHARS_MAX) + "…");
        }
    }

    /// Notes what the cursor stands at, down to every value in it.
    void add(DocumentCursor cursor, Token token, String path) {
        switch (token) {
            case NULL -> {}
            case OBJECT -> {
                if (!FieldPath.isInferable(path)) {
                    ignore(path);
                    cursor.skip();
                    return;
                }
                for (Token member = cursor.next(); member != Token.END; member = cursor.next()) {
                    add(cursor, member, path + "." + cursor.name());
                }
            }
            case ARRAY -> {
                for (Token item = cursor.next(); item != Token.END; item = cursor.next()) {
                    add(cursor, item, path);
                }
            }
            case BOOL -> field(path, FieldType.BOOL);
            case INT -> field(path, FieldType.LONG);
            case REAL -> field(path, FieldType.DOUBLE);
            case DECIMAL -> {
                if (Double.isFinite(cursor.decimal().doubleValue())) {
                    field(path, FieldType.DOUBLE);
                } else {
                    ignore(path);
                }
            }
            case TEXT -> field(path, FieldType.STRING);
            case END, DONE -> throw new IllegalArgumentException("no value at " + token);
        }
    }

    private void field(String path, FieldType type) {
        FieldType known = fields.get(path);
        if (known != null) {
            fields.put(path, joined(known, type));
        } else if (fields.size() < room && FieldPath.isInferable(path)) {
            fields.put(path, type);
        } else {
            ignore(path);
        }
    }

    /// The narrowest type that takes the values of both: a string takes all, by their JSON text.
    private static FieldType joined(FieldType a, FieldType b) {
        if (a == b) {
            return a;
        }
        boolean numbers =
                (a == FieldType.LONG || a == FieldType.DOUBLE)
                        && (b == FieldType.LONG || b == FieldType.DOUBLE);
        return numbers ? FieldType.DOUBLE : FieldType.STRING;
    }
}
