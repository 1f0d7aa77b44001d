package io.millrace.segment;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Documents in any order, listed window by window: what many small sets come to. A list that would
/// take more than bits becomes bits. Confined to one search.
public final class DocumentLists {
    private static final int LIST_MIN = 64;
    private static final int LIST_MAX = DocumentSet.ARRAY_MAX;

    private final char[][] listed;
    private final int[] counts;

    /// What did not fit into the list.
    private final long[] @Nullable [] words;

    /// @param windows of the segment
    /// @param documents how many will come, about
    public DocumentLists(int windows, long documents) {
        long each = documents / windows;
        listed = new char[windows][Math.clamp(each + each / 4, LIST_MIN, LIST_MAX)];
        counts = new int[windows];
        words = new long[windows][];
    }

    /// The most heap that so many documents take.
    public static long bytesMax(int windows, long documents) {
        long few = (long) LIST_MIN * Character.BYTES;
        long many = (long) LIST_MAX * Character.BYTES + (long) DocumentWindow.WORDS * Long.BYTES;
        return windows * few + Math.min(2 * Character.BYTES * documents, windows * many);
    }

    public void add(int document) {
        int window = document >>> Character.SIZE;
        if (counts[window] == listed[window].length) {
            makeRoom(window);
        }
        listed[window][counts[window]++] = (char) document;
    }

    public void add(DocumentSet set) {
        for (int at = 0; at < set.windowCount(); at++) {
            int window = set.window(at);
            if (set.form(at) != DocumentSet.Form.ARRAY) {
                set.addTo(at, words(window), 0);
                continue;
            }
            long start = set.start(at);
            int held = set.count(at);
            for (int i = 0; i < held; i++) {
                if (counts[window] == listed[window].length) {
                    makeRoom(window);
                }
                listed[window][counts[window]++] = set.charAt(start, i);
            }
        }
    }

    /// Sets the bits of a window's documents.
    void addTo(int window, long[] into) {
        WindowWords.setAll(into, listed[window], counts[window]);
        long[] more = words[window];
        if (more != null) {
            WindowWords.or(into, more);
        }
    }

    private void makeRoom(int window) {
        char[] full = listed[window];
        if (full.length < LIST_MAX) {
            listed[window] = Arrays.copyOf(full, Math.min(2 * full.length, LIST_MAX));
        } else {
            WindowWords.setAll(words(window), full, full.length);
            counts[window] = 0;
        }
    }

    private long[] words(int window) {
        long[] made = words[window];
        if (made == null) {
            made = new long[DocumentWindow.WORDS];
            words[window] = made;
        }
        return made;
    }
}
