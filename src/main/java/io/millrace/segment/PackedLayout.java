package io.millrace.segment;

/// An array of integers of one width, read by index.
///
/// ```
/// packed := base i64 | count u32 | width u32 | bits | 8 zero bytes | zero bytes up to 8-byte alignment
/// bits   := value - base in `width` bits, lowest bit first, value 0 first, no gaps
/// ```
///
/// The zero bytes let a reader fetch the 8 bytes around any value. Width 0 means that all values
/// are the base.
final class PackedLayout {
    static final int BASE_OFFSET = 0;
    static final int COUNT_OFFSET = 8;
    static final int WIDTH_OFFSET = 12;
    static final int BITS_OFFSET = 16;
    static final int PADDING_BYTES = 8;

    private PackedLayout() {}

    /// Bits that hold every number from 0 to `max`, taken as unsigned.
    static int widthOf(long max) {
        return Long.SIZE - Long.numberOfLeadingZeros(max);
    }

    static long bitsBytes(long count, int width) {
        return (count * width + 7) >>> 3;
    }

    /// Length of the whole structure in bytes.
    static long lengthBytes(long count, int width) {
        return SegmentLayout.aligned(BITS_OFFSET + bitsBytes(count, width) + PADDING_BYTES);
    }
}
