package io.millrace.document;

/// The rules for the paths of fields, declared and inferred alike: steps parted by single dots.
public final class FieldPath {
    public static final int CHARS_MAX = 500;

    /// How deep an inferred field may lie; a declared one as deep as its path is long.
    public static final int INFERRED_STEPS_MAX = 20;

    /// What no field of a document can be called: names like `_key` and `_ignored` are ours.
    private static final char RESERVED = '_';

    private FieldPath() {}

    /// True when the path has no empty step, no control character and is not too long.
    public static boolean isWellFormed(String path) {
        if (path.isEmpty() || path.length() > CHARS_MAX) {
            return false;
        }
        char before = '.';
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c < ' ' || (c == '.' && before == '.')) {
                return false;
            }
            before = c;
        }
        return before != '.';
    }

    public static boolean isReserved(String path) {
        return !path.isEmpty() && path.charAt(0) == RESERVED;
    }

    /// True when a field may be inferred at a path that a document happens to have.
    public static boolean isInferable(String path) {
        return isWellFormed(path)
                && !isReserved(path)
                && path.chars().filter(c -> c == '.').count() < INFERRED_STEPS_MAX;
    }
}
