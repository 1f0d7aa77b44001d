package io.millrace.search;

/// One key of an order: a field's path, `_score` or `_key`.
public record SortKey(String path, boolean descending) {
    public static final String SCORE = "_score";
    public static final String KEY = "_key";
}
