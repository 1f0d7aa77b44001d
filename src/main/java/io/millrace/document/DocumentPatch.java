package io.millrace.document;

import io.millrace.MillraceException.InvalidRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// An edit of a document: values replaced or removed at dotted paths, and items added to or taken
/// from arrays as sets. Immutable. Applied twice it does what it does once; a sequence of which
/// none is refused may be applied again from any place on, and only the order of members and items
/// can tell.
///
/// - A path finds what [Schema#at] finds. Objects on the way are created as needed, in place of
///   nothing or null; another value on the way refuses the patch.
/// - `set` replaces the whole value, arrays and objects too. `remove` of nothing does nothing; it
///   leaves the objects around.
/// - `addTo` and `takeFrom` take the value as a set of items: nothing and null are the empty one, a
///   scalar is a set of itself. An item that is there is not added again, the others go to the end
///   in their order; all items equal to a taken one go. Numbers are equal when their values are.
///   Without effect the value stays as it is; otherwise it is an array from then on, an empty one
///   when the last item was taken.
/// - Two paths must not overlap: nobody can say which one holds. The one exception is a path in
///   both `addTo` and `takeFrom` with different items, for a replacement.
public final class DocumentPatch {
    public static final int PATH_CHARS_MAX = 500;

    /// Object headers and references of one value, roughly.
    private static final int OVERHEAD_BYTES = 48;

    private final Map<String, Value> set;
    private final List<String> remove;
    private final Map<String, List<Value>> addTo;
    private final Map<String, List<Value>> takeFrom;
    private final int sizeBytes;

    /// @throws InvalidRequest when a path is none, or two overlap
    public DocumentPatch(
            Map<String, Value> set,
            List<String> remove,
            Map<String, List<Value>> addTo,
            Map<String, List<Value>> takeFrom) {
        this.set = Collections.unmodifiableMap(new LinkedHashMap<>(set));
        this.remove = List.copyOf(remove);
        this.addTo = copy(addTo);
        this.takeFrom = copy(takeFrom);
        checkPaths();
        this.sizeBytes = heldBytes();
    }

    /// What makes `paths` of another document what they are in `current`.
    ///
    /// @throws InvalidRequest as the constructor
    public static DocumentPatch carryingOver(List<String> paths, Document current) {
        Map<String, Value> set = new LinkedHashMap<>();
        List<String> remove = new ArrayList<>();
        for (String path : paths) {
            Value value = current.at(path);
            if (value == null) {
                remove.add(path);
            } else {
                set.put(path, value);
            }
        }
        return new DocumentPatch(set, remove, Map.of(), Map.of());
    }

    public Map<String, Value> set() {
        return set;
    }

    public List<String> remove() {
        return remove;
    }

    public Map<String, List<Value>> addTo() {
        return addTo;
    }

    public Map<String, List<Value>> takeFrom() {
        return takeFrom;
    }

    /// Heap held, in bytes, roughly.
    public int sizeBytes() {
        return sizeBytes;
    }

    /// The edited document.
    ///
    /// @throws InvalidRequest when a path leads through a value that is no object, items are added
    ///   to or taken from an object, or the document nests too deep then
    public Document applyTo(Document current) {
        DocumentEditor editor = new DocumentEditor(current);
        remove.forEach(editor::remove);
        takeFrom.forEach(editor::take);
        addTo.forEach(editor::add);
        set.forEach(editor::set);
        return editor.finish();
    }

    /// Refuses a patch that touches the key: the document would be another one.
    ///
    /// @throws InvalidRequest naming the path
    public void checkSpares(List<String> keyPaths) {
        for (String key : keyPaths) {
            for (String path : paths()) {
                if (path.equals(key) || startsWith(path, key) || startsWith(key, path)) {
                    throw InvalidRequest.malformed(
                            "",
                            "patch of %s, but %s is part of the key, which cannot change"
                                    .formatted(path, key));
                }
            }
        }
    }

    private static boolean startsWith(String path, String outer) {
        return path.startsWith(outer)
                && path.length() > outer.length()
                && path.charAt(outer.length()) == '.';
    }

    private List<String> paths() {
        List<String> paths = new ArrayList<>(set.keySet());
        paths.addAll(remove);
        paths.addAll(addTo.keySet());
        takeFrom.keySet().stream().filter(path -> !addTo.containsKey(path)).forEach(paths::add);
        return paths;
    }

    private void checkPaths() {
        Set<String> known = new HashSet<>();
        for (String path : paths()) {
            checkPath(path);
            if (!known.add(path)) {
                throw overlap(path, path);
            }
        }
        for (String path : known) {
            for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
                if (known.contains(path.substring(0, dot))) {
                    throw overlap(path.substring(0, dot), path);
                }
            }
        }
        for (Map.Entry<String, List<Value>> taken : takeFrom.entrySet()) {
            Set<Value> added = DocumentEditor.asSet(addTo.getOrDefault(taken.getKey(), List.of()));
            if (!Collections.disjoint(added, DocumentEditor.asSet(taken.getValue()))) {
                throw InvalidRequest.malformed(
                        "", "one item both added to and taken from " + taken.getKey());
            }
        }
    }

    /// @throws InvalidRequest when nothing can lie at such a path
    public static void checkPath(String path) {
        boolean steps = !path.isEmpty() && path.charAt(0) != '.' && !path.contains("..");
        if (!steps || path.endsWith(".") || path.length() > PATH_CHARS_MAX) {
            String shown = path.length() <= 80 ? path : path.substring(0, 80) + "…";
            throw InvalidRequest.malformed(
                    "",
                    "path \"%s\", expected 1 to %d characters, its steps parted by single dots"
                            .formatted(shown, PATH_CHARS_MAX));
        }
    }

    private static InvalidRequest overlap(String outer, String inner) {
        return InvalidRequest.malformed(
                "",
                outer.equals(inner)
                        ? "path %s is named twice, expected once".formatted(outer)
                        : "paths %s and %s overlap, expected one of them".formatted(outer, inner));
    }

    private static Map<String, List<Value>> copy(Map<String, List<Value>> items) {
        Map<String, List<Value>> copy = new LinkedHashMap<>();
        items.forEach((path, values) -> copy.put(path, List.copyOf(values)));
        return Collections.unmodifiableMap(copy);
    }

    private int heldBytes() {
        long bytes = 0;
        for (String path : paths()) {
            bytes += OVERHEAD_BYTES + path.length();
        }
        for (Value value : set.values()) {
            bytes += heldBytes(value);
        }
        for (Map<String, List<Value>> items : List.of(addTo, takeFrom)) {
            for (List<Value> values : items.values()) {
                bytes += OVERHEAD_BYTES;
                for (Value value : values) {
                    bytes += heldBytes(value);
                }
            }
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE / 2);
    }

    private static long heldBytes(Value value) {
        long bytes = OVERHEAD_BYTES;
        switch (value) {
            case Value.Null _, Value.Bool _, Value.Int _, Value.Real _, Value.Decimal _ -> {}
            case Value.Text(String text) -> bytes += text.length();
            case Value.Array(List<Value> items) -> {
                for (Value item : items) {
                    bytes += heldBytes(item);
                }
            }
            case Value.Obj(Map<String, Value> members) -> {
                for (Map.Entry<String, Value> member : members.entrySet()) {
                    bytes += OVERHEAD_BYTES + member.getKey().length();
                    bytes += heldBytes(member.getValue());
                }
            }
        }
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DocumentPatch that
                && set.equals(that.set)
                && remove.equals(that.remove)
                && addTo.equals(that.addTo)
                && takeFrom.equals(that.takeFrom);
    }

    @Override
    public int hashCode() {
        return List.of(set, remove, addTo, takeFrom).hashCode();
    }

    @Override
    public String toString() {
        return "set %s remove %s add %s take %s".formatted(set, remove, addTo, takeFrom);
    }
}
