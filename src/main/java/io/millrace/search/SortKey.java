package io.millrace.search;

/// One key of an order: a field's path, `_score` or `_key`.
///
/// - missingFirst: documents without a value come first instead of last
/// - takesLargest: of several values the largest counts, otherwise the smallest
public record SortKey(String path, boolean descending, boolean missingFirst, boolean takesLargest) {
    public static final String SCORE = "_score";
    public static final String KEY = "_key";

    /// Documents without a value last, and of several values the one that comes first.
    public SortKey(String path, boolean descending) {
        this(path, descending, false, descending);
    }
}
