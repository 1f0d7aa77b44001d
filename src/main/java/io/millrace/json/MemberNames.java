package io.millrace.json;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The member names seen so far in each open object, to notice a repeated one. Confined to one
/// parse.
///
/// Names of all open objects lie in one array, innermost last. A small object is searched in line
/// (a string's hash is cached, so this is a few integer compares), a larger one moves to a set.
final class MemberNames {
    private static final int LINEAR_MAX = 32;

    private String[] names = new String[64];
    private int nameCount;
    private int[] starts = new int[16];
    private @Nullable Set<String>[] large = newSets(16);
    private int depth;

    void beginObject() {
        if (depth == starts.length) {
            starts = Arrays.copyOf(starts, depth * 2);
            large = Arrays.copyOf(large, depth * 2);
        }
        large[depth] = null;
        starts[depth++] = nameCount;
    }

    void endObject() {
        nameCount = starts[--depth];
    }

    /// False when the innermost object has this name already.
    boolean add(String name) {
        Set<String> set = large[depth - 1];
        if (set != null) {
            return set.add(name);
        }
        int start = starts[depth - 1];
        int hash = name.hashCode();
        for (int i = start; i < nameCount; i++) {
            if (names[i].hashCode() == hash && names[i].equals(name)) {
                return false;
            }
        }
        if (nameCount - start == LINEAR_MAX) {
            set = new HashSet<>(Arrays.asList(names).subList(start, nameCount));
            large[depth - 1] = set;
            return set.add(name);
        }
        if (nameCount == names.length) {
            names = Arrays.copyOf(names, nameCount * 2);
        }
        names[nameCount++] = name;
        return true;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static @Nullable Set<String>[] newSets(int length) {
        return new Set[length];
    }
}
