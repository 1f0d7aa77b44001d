package io.millrace.segment;

/// The sorted distinct terms of one field, and the documents of each.
///
/// ```
/// terms      := dictionary | packed inline starts (terms + 1) | packed inline documents
///               bitmap{bitmaps + 1}, each aligned to 8 | packed bitmap terms
///               packed bitmap starts (bitmaps + 2) | packed bitmap counts | tail
/// dictionary := packed ordered longs                                    for numbers
///             | block{} | packed start of each block, and the end       for strings
/// block      := up to 16 strings: the first as length varint, bytes; each further one as
///               shared varint (bytes in common with the one before), length varint, bytes
/// tail       := term count u32 | bitmap count u32 | offset u64 of: dictionary array, inline
///               starts, inline documents, bitmap terms, bitmap starts, bitmap counts
/// ```
///
/// A term of up to [#INLINE_DOCUMENTS_MAX] documents has them between its inline start and the next
/// one. A term of more has an empty range there, its ordinal stands in the rising bitmap terms, and
/// its documents are a bitmap in Roaring's portable form. One bitmap more than there are such
/// terms: the last holds the documents that have any term.
final class TermsLayout {
    static final int STRINGS_PER_BLOCK = 16;

    /// One bitmap per rare term would cost four times the space of these lists.
    static final int INLINE_DOCUMENTS_MAX = 8;

    /// The longest string that becomes a term.
    static final int TERM_BYTES_MAX = 32_766;

    static final int TAIL_TERMS_OFFSET = 0;
    static final int TAIL_BITMAPS_OFFSET = 4;
    static final int TAIL_DICTIONARY_OFFSET = 8;
    static final int TAIL_INLINE_STARTS_OFFSET = 16;
    static final int TAIL_INLINE_DOCUMENTS_OFFSET = 24;
    static final int TAIL_BITMAP_TERMS_OFFSET = 32;
    static final int TAIL_BITMAP_STARTS_OFFSET = 40;
    static final int TAIL_BITMAP_COUNTS_OFFSET = 48;
    static final int TAIL_BYTES = 56;

    private TermsLayout() {}

    static int blockCount(int termCount) {
        return (termCount + STRINGS_PER_BLOCK - 1) / STRINGS_PER_BLOCK;
    }
}
