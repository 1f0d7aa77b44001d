package io.millrace.document;

/// Binary form of one value; a document is one object value.
///
/// ```
/// value   := tag payload
/// NULL FALSE TRUE            (no payload)
/// INT     zigzag varint      64-bit
/// REAL    8 bytes            IEEE 754, little-endian
/// DECIMAL string             the number's text
/// TEXT    string
/// ARRAY   length value*      length: 4 bytes little-endian, bytes of all items
/// OBJECT  length (string value)*   length as above, members in their original order
/// string  := varint byte count, UTF-8
/// ```
///
/// Containers start with their length, so that a reader skips one without visiting it.
final class DocumentLayout {
    static final byte NULL = 0;
    static final byte FALSE = 1;
    static final byte TRUE = 2;
    static final byte INT = 3;
    static final byte REAL = 4;
    static final byte DECIMAL = 5;
    static final byte TEXT = 6;
    static final byte ARRAY = 7;
    static final byte OBJECT = 8;

    static final int CONTAINER_HEADER_BYTES = 1 + Integer.BYTES;

    /// A document nests at most this deep; deeper input is refused when it is written.
    static final int DEPTH_MAX = 512;

    private DocumentLayout() {}
}
