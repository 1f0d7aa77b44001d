package io.millrace.segment;

/// Where the terms of one text field stand in their documents, list by list and block by block as
/// in [PostingsLayout], whose frequencies say how many positions each document has.
///
/// ```
/// positions := list{terms} | 8 zero bytes | packed start of each list, and the end | tail
/// list      := block{} | end of the block u32, counted from the list's start, {blocks}, only if
///              there are several
/// block     := width u8 | steps of one document after the other in `width` bits each, filled up
///              to a byte
/// steps     := the first position, then how far each lies behind the one before
/// tail      := term count u32 | 0 u32 | offset of the packed starts u64
/// ```
///
/// The section is not there for fields that keep no positions, in segments that were written before
/// positions were kept, and in what was merged from such.
final class PositionsLayout {
    static final int BLOCK_HEADER_BYTES = 1;
    static final int BLOCK_END_BYTES = 4;

    static final int TAIL_TERMS_OFFSET = 0;
    static final int TAIL_STARTS_OFFSET = 8;
    static final int TAIL_BYTES = 16;

    private PositionsLayout() {}
}
