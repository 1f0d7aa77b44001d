package io.millrace.segment;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What sets say of one window, copied out of the map: loops over plain arrays are fast whatever
/// the compiler makes of their surroundings. Overwritten by the next copy; confined to one search
/// at a time.
///
/// Heap: 38 KiB once all are needed.
public final class WindowCopies {
    private static final int BATCH = 512;

    private char @Nullable [] listed;
    private char @Nullable [] otherListed;
    private long @Nullable [] words;
    private long @Nullable [] marks;
    private int @Nullable [] documents;
    private long @Nullable [] verdicts;

    /// The places of a window in that form, from the front of the array on.
    char[] listed(DocumentSet set, int at) {
        char[] into = listed;
        if (into == null) {
            into = new char[DocumentSet.ARRAY_MAX];
            listed = into;
        }
        return copied(set, at, into);
    }

    /// Of another set.
    char[] otherListed(DocumentSet set, int at) {
        char[] into = otherListed;
        if (into == null) {
            into = new char[DocumentSet.ARRAY_MAX];
            otherListed = into;
        }
        return copied(set, at, into);
    }

    private static char[] copied(DocumentSet set, int at, char[] into) {
        MemorySegment.copy(set.memory(), DocumentSet.CHAR, set.start(at), into, 0, set.count(at));
        return into;
    }

    /// A bit for each document of a window, none of them set: whoever sets some clears them, as the
    /// next search finds what this one leaves.
    long[] marks() {
        long[] made = marks;
        if (made == null) {
            made = new long[DocumentWindow.WORDS];
            marks = made;
        }
        return made;
    }

    /// For [#BATCH] documents.
    int[] documents() {
        int[] made = documents;
        if (made == null) {
            made = new int[BATCH];
            documents = made;
        }
        return made;
    }

    /// As above, what is known of each.
    long[] verdicts() {
        long[] made = verdicts;
        if (made == null) {
            made = new long[BATCH];
            verdicts = made;
        }
        return made;
    }

    /// The words of a window in that form.
    long[] words(DocumentSet set, int at) {
        long[] into = words;
        if (into == null) {
            into = new long[DocumentWindow.WORDS];
            words = into;
        }
        MemorySegment.copy(
                set.memory(), SegmentLayout.LONG, set.start(at), into, 0, DocumentWindow.WORDS);
        return into;
    }
}
