package io.millrace.segment;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Documents in any order, listed window by window: what many small sets come to. A list that would
/// take more than bits becomes bits. Confined to one search.
public final class DocumentLists {
    private static final int LIST_MIN = 64;
    private static final int LIST_MAX = DocumentSet.ARRAY_MAX;

    /// Room made for the mean, and where a window has more, a list up to twice as long and bits.
    private static final long BYTES_PER_DOCUMENT_MAX = 9;

    private final char[][] listed;
    private final int[] counts;

    /// What came as bits or did not fit into the list.
    private final long[] @Nullable [] words;

    /// @param windows of the segment, 1 or more
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
        return windows * few + Math.min(BYTES_PER_DOCUMENT_MAX * documents, windows * many);
    }

    public void add(int document) {
        add(document >>> Character.SIZE, (char) document);
    }

    public void add(DocumentSet set) {
        for (int at = 0; at < set.windowCount(); at++) {
            int window = set.window(at);
            long start = set.start(at);
            switch (set.form(at)) {
                case ARRAY -> {
                    int held = set.count(at);
                    for (int i = 0; i < held; i++) {
                        add(window, set.charAt(start, i));
                    }
                }
                case WORDS -> set.addTo(at, words(window), 0);
                case RUNS -> {
                    if (set.count(at) > LIST_MAX) {
                        set.addTo(at, words(window), 0);
                    } else {
                        addRuns(window, set, start);
                    }
                }
            }
        }
    }

    private void addRuns(int window, DocumentSet set, long start) {
        int runs = set.charAt(start, 0);
        for (int run = 0; run < runs; run++) {
            int first = set.charAt(start, 1 + 2 * run);
            int last = first + set.charAt(start, 2 + 2 * run);
            for (int place = first; place <= last; place++) {
                add(window, (char) place);
            }
        }
    }

    private void add(int window, char place) {
        if (counts[window] == listed[window].length) {
            makeRoom(window);
        }
        listed[window][counts[window]++] = place;
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
