package io.millrace.search;

import io.millrace.segment.DocumentWindow;
import java.util.ArrayList;
import java.util.List;

/// The windows that a search works on, by how deep its conditions lie inside each other: shared by
/// all segments, made when they are first needed. Confined to one search.
final class Windows {
    private final List<DocumentWindow> byLevel = new ArrayList<>();

    DocumentWindow at(int level) {
        while (byLevel.size() <= level) {
            byLevel.add(new DocumentWindow());
        }
        return byLevel.get(level);
    }
}
