package io.millrace.segment;

import java.io.IOException;
import java.util.BitSet;

/// One field of a builder: its terms, and the terms or values of each document in document order.
/// Turned into terms → documents only when the segment is written. Confined to one thread.
sealed interface FieldBuilder
        permits NumberFieldBuilder, KeywordFieldBuilder, TextFieldBuilder, StringFieldBuilder {

    /// Adds what a document, newer than all before, has in this field.
    void add(int document, AnalyzedField field, ByteList bytes);

    /// Writes the field's sections; none when no live document has a value.
    void write(SegmentOutput out, int field, BitSet deleted, int liveCount) throws IOException;
}
