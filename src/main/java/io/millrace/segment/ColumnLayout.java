package io.millrace.segment;

/// The values of one ordered field by document: ordered longs, or ordinals of the field's terms.
///
/// ```
/// column := packed values, in document order, rising within a document
///           packed start of each document's values, and the end | tail
/// tail   := offset of the values u64 | offset of the starts u64, 0 when there are none
/// ```
///
/// Without starts every document has exactly one value.
final class ColumnLayout {
    static final int TAIL_VALUES_OFFSET = 0;
    static final int TAIL_STARTS_OFFSET = 8;
    static final int TAIL_BYTES = 16;

    /// The starts follow the values, so 0 is free to say that there are none.
    static final long NO_STARTS = 0;

    private ColumnLayout() {}
}
