package io.millrace.search;

/// What the ways to the first hits of an order take, by which one is chosen. Nanoseconds, about;
/// only their proportions matter.
final class OrderCosts {
    /// To look at a document that matches, and to find it.
    static final long SCAN = 12;

    private static final long FIND = 1;

    /// To find the documents of a window that match.
    static final long WINDOW = 700;

    /// To set a document apart that a term holds.
    private static final long SET_APART = 6;

    /// To ask of one document whether it matches.
    static final long PROBE = 45;

    /// To rank one that does.
    static final long RANK = 20;

    private OrderCosts() {}

    /// Of looking at all that match, or only at those of them that are set apart beforehand.
    ///
    /// @param before how many documents may be set apart
    static long scan(long matching, long before, long windows) {
        return Math.min(matching * SCAN, matching * FIND + before * SET_APART) + windows * WINDOW;
    }

    static boolean isSettingApartCheaper(long matching, long before) {
        return before * SET_APART < matching * (SCAN - FIND);
    }

    /// Of a walk over so many documents.
    static long walk(long documents) {
        return documents * PROBE;
    }
}
