package io.millrace.segment;

/// Stored documents in compressed blocks.
///
/// ```
/// documents := block{} | packed first document of each block, and the document count
///              packed offset of each block, and the end | packed raw length of each block | tail
/// block     := zstd frame of: end of each document u32 {documents} | documents
/// tail      := block count u32 | 0 u32 | offsets of the three packed arrays u64 {3}
/// ```
///
/// The ends count from the first document's start. A block is closed when its documents reach
/// [#BLOCK_BYTES]; a larger document has a block of its own.
final class DocumentsLayout {
    /// Small enough that one document costs little to fetch, large enough to compress well.
    static final int BLOCK_BYTES = 16 << 10;

    /// Far above what the largest document becomes; a frame that claims more is damaged, not large.
    static final int RAW_BYTES_MAX = 64 << 20;

    static final int TAIL_BLOCKS_OFFSET = 0;
    static final int TAIL_FIRST_DOCUMENTS_OFFSET = 8;
    static final int TAIL_OFFSETS_OFFSET = 16;
    static final int TAIL_RAW_LENGTHS_OFFSET = 24;
    static final int TAIL_BYTES = 32;

    private DocumentsLayout() {}
}
