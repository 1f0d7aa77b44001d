package io.millrace.search;

import io.millrace.segment.CommonDocuments;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.PackedBuffer;
import io.millrace.segment.TermWindow;
import io.millrace.segment.WindowCopies;
import java.util.ArrayList;
import java.util.List;

/// What a search works on: windows, by how deep its conditions lie inside each other: shared by all
/// segments, made when they are first needed. Confined to one search at a time ([SearchMemory]).
final class Windows {
    /// Places of one window that are handed on together.
    static final int BATCH = 256;

    /// Of more levels and terms nothing is kept for the next search.
    private static final int LEVELS_KEPT_MAX = 8;

    private static final int TERMS_KEPT_MAX = 4;

    private final WindowCopies copies = new WindowCopies();
    private final List<DocumentWindow> byLevel = new ArrayList<>();
    private final List<TermWindow> byTerm = new ArrayList<>();

    /// Counts what sets have in common.
    final CommonDocuments common = new CommonDocuments(copies);

    /// For whoever walks the window of level 0.
    final int[] batch = new int[BATCH];

    /// What a column holds for the documents of those.
    final long[] values = new long[BATCH];

    /// For reading columns.
    final PackedBuffer buffer = new PackedBuffer();

    /// For reading columns of many values.
    final ValueBatch valueBatch = new ValueBatch(buffer);

    /// For scoring by words.
    final ScoredBatch scored = new ScoredBatch();

    /// Nothing of a segment is held any more.
    void forget() {
        shorten(byLevel, LEVELS_KEPT_MAX);
        shorten(byTerm, TERMS_KEPT_MAX);
        byTerm.forEach(TermWindow::close);
    }

    private static void shorten(List<?> list, int max) {
        if (list.size() > max) {
            list.subList(max, list.size()).clear();
        }
    }

    DocumentWindow at(int level) {
        while (byLevel.size() <= level) {
            byLevel.add(new DocumentWindow(copies));
        }
        return byLevel.get(level);
    }

    /// Of the terms by which documents are scored.
    TermWindow term(int i) {
        while (byTerm.size() <= i) {
            byTerm.add(new TermWindow());
        }
        return byTerm.get(i);
    }
}
