package io.millrace.segment;

/// Documents and frequencies of each term of one text field, in blocks of [#BLOCK_DOCUMENTS].
///
/// ```
/// postings := list{terms} | 8 zero bytes | packed start of each list, and the end | tail
/// list     := document count varint | skip{blocks}, only if there are several | block{}
/// skip     := last document of the block u32 | end of the block u32, counted from the first block
/// block    := delta width u8 | frequency width u8 | deltas | frequencies
/// deltas   := document - document before - 1 in `delta width` bits each, filled up to a byte
/// frequencies := frequency - 1 in `frequency width` bits each, filled up to a byte
/// tail     := term count u32 | documents with a term u32 | terms in all, repeated ones too, u64
///             offset of the packed starts u64
/// ```
///
/// The document before the first of a block is the last of the block before; -1 for the first
/// block. All blocks but the last are full.
final class PostingsLayout {
    static final int BLOCK_DOCUMENTS = 128;
    static final int SKIP_END_OFFSET = 4;
    static final int SKIP_BYTES = 8;
    static final int BLOCK_HEADER_BYTES = 2;
    static final int PADDING_BYTES = 8;

    static final int TAIL_TERMS_OFFSET = 0;
    static final int TAIL_DOCUMENTS_OFFSET = 4;
    static final int TAIL_TOTAL_OFFSET = 8;
    static final int TAIL_STARTS_OFFSET = 16;
    static final int TAIL_BYTES = 24;

    private PostingsLayout() {}

    static int blockCount(int documentCount) {
        return (documentCount + BLOCK_DOCUMENTS - 1) / BLOCK_DOCUMENTS;
    }

    static int packedBytes(int count, int width) {
        return (count * width + 7) >>> 3;
    }
}
