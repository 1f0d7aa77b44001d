package io.millrace.segment;

/// The values of one ordered field by document: ordered longs for numeric fields, ordinals of the
/// field's [TermsReader] for keywords.
public interface ColumnReader {

    /// How many values the document has; 0 when none.
    int valueCount(int document);

    /// The i-th smallest value of the document.
    long value(int document, int i);

    /// Where the values of a document begin among those of all documents; those of the last one end
    /// at [#start] of the number of documents.
    int start(int document);

    /// A value by its place among those of all documents.
    long valueAt(int index);

    /// True when every document has exactly one value, whose place is the document's number.
    boolean isOneEach();

    /// Reads values by their places.
    ///
    /// @param places rising
    /// @param count of them
    void values(int[] places, int count, long[] into, PackedBuffer buffer);

    /// Reads the values of neighbouring places.
    void values(int from, int count, long[] into, PackedBuffer buffer);

    /// Reads the values of ranges of places, one range after the other, and returns how many.
    ///
    /// @param starts rising; of each range
    /// @param ends at or behind the starts, at or before the next one
    /// @param from the first of the ranges, to: behind the last
    /// @param into has room for all
    int values(long[] starts, long[] ends, int from, int to, long[] into, PackedBuffer buffer);

    /// Reads where the values of documents begin, see [#start].
    ///
    /// @param documents rising
    void starts(int[] documents, int count, long[] into, PackedBuffer buffer);

    /// The smallest value, or `missing` when there is none.
    default long min(int document, long missing) {
        return valueCount(document) == 0 ? missing : value(document, 0);
    }

    /// The largest value, or `missing` when there is none.
    default long max(int document, long missing) {
        int count = valueCount(document);
        return count == 0 ? missing : value(document, count - 1);
    }
}
