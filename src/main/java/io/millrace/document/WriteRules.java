package io.millrace.document;

/// How an index takes changes. Part of its [Schema], so that a reopened index goes on as it began.
///
/// - absent: what becomes of a patch whose key has no document
public record WriteRules(WriteMode mode, AbsentKey absent) {
    public static final WriteRules DEFAULT = new WriteRules(WriteMode.UPSERT, AbsentKey.REJECT);
    public static final WriteRules APPEND = new WriteRules(WriteMode.APPEND, AbsentKey.REJECT);
}
