package io.millrace.segment;

/// Narrows lists of places in a window, which rise. Each method returns how many are left, at the
/// front of the array.
final class WindowLists {
    private WindowLists() {}

    /// Those whose bit is `bit`.
    static int keepBits(char[] listed, int size, long[] words, long bit) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            char place = listed[i];
            listed[kept] = place;
            kept += (int) ((words[place >>> 6] >>> place & 1) ^ bit ^ 1);
        }
        return kept;
    }

    /// Copies those whose bit is set.
    static int setOnes(char[] places, int size, long[] words, char[] into) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            char place = places[i];
            into[kept] = place;
            kept += (int) (words[place >>> 6] >>> place & 1);
        }
        return kept;
    }

    /// Those that another list has or, when not `held`, has not.
    ///
    /// @param others may be overwritten
    /// @param marks none set, before and after
    static int keepListed(
            char[] listed, int size, char[] others, int otherSize, boolean held, long[] marks) {
        if (!held || otherSize < size) {
            WindowWords.setAll(marks, others, otherSize);
            int kept = keepBits(listed, size, marks, held ? 1 : 0);
            WindowWords.clearWords(marks, others, otherSize);
            return kept;
        }
        WindowWords.setAll(marks, listed, size);
        int kept = keepBits(others, otherSize, marks, 1);
        WindowWords.clearWords(marks, listed, size);
        System.arraycopy(others, 0, listed, 0, kept);
        return kept;
    }

    /// Those that lie in a run of a set or, when not `held`, in none.
    ///
    /// @param start of the runs
    static int keepRuns(char[] listed, int size, DocumentSet set, long start, boolean held) {
        int runs = set.charAt(start, 0);
        int run = 0;
        int kept = 0;
        for (int i = 0; i < size; i++) {
            char place = listed[i];
            while (run < runs
                    && set.charAt(start, 1 + 2 * run) + set.charAt(start, 2 + 2 * run) < place) {
                run++;
            }
            boolean isFound = run < runs && set.charAt(start, 1 + 2 * run) <= place;
            if (isFound == held) {
                listed[kept++] = place;
            }
        }
        return kept;
    }
}
