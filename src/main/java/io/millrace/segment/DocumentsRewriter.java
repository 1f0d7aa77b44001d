package io.millrace.segment;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.util.Counter;

/// Writes the documents section of a rewritten segment ([DocumentsLayout]). A block that is wanted
/// whole is copied as it is; what is left of others is packed anew, and so are small blocks, lest a
/// segment of many small ones keeps theirs for ever.
///
/// Heap: the open block, and up to [#KEPT_BYTES_MAX] of decompressed blocks, at least one.
final class DocumentsRewriter {
    /// For documents that are asked for out of order.
    private static final int KEPT_BYTES_MAX = 16 << 20;

    private static final int SMALL_BLOCK_BYTES = DocumentsLayout.BLOCK_BYTES / 2;

    /// An open block takes the rest of a block it has begun to take, up to here: what follows can
    /// be copied as it is.
    private static final int ABSORBED_BYTES_MAX = 2 * DocumentsLayout.BLOCK_BYTES;

    private record BlockName(int input, int block) {}

    private final RewriteInputs inputs;
    private final SegmentOutput out;
    private final OpenBlock open = new OpenBlock(Counter.newCounter());
    private final Map<BlockName, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long keptBytes;
    private int documentCount;
    private int rawLengthMax;

    DocumentsRewriter(RewriteInputs inputs, SegmentOutput out) {
        this.inputs = inputs;
        this.out = out;
    }

    void write() throws IOException {
        try (Spool firsts = new Spool();
                Spool offsets = new Spool();
                Spool rawLengths = new Spool()) {
            Blocks blocks = new Blocks(firsts, offsets, rawLengths);
            out.begin();
            for (DocumentPlacement.Walk walk = inputs.placement().walk(); walk.next(); ) {
                range(walk.input(), walk.from(), walk.to(), blocks);
            }
            flush(blocks);
            int blockCount = Math.toIntExact(rawLengths.sizeBytes() / Integer.BYTES);
            firsts.putInt(documentCount);
            offsets.putLong(out.offset());
            long firstsOffset = PackedWriter.writeInts(out, firsts, documentCount);
            long offsetsOffset = PackedWriter.writeRising(out, offsets);
            long rawLengthsOffset = PackedWriter.writeInts(out, rawLengths, rawLengthMax);
            DocumentBlocks.writeTail(
                    out, blockCount, firstsOffset, offsetsOffset, rawLengthsOffset);
        }
    }

    /// What is known of the blocks written so far.
    private record Blocks(Spool firsts, Spool offsets, Spool rawLengths) {}

    private void range(int input, int from, int to, Blocks blocks) throws IOException {
        DocumentsReader reader = inputs.readers().get(input).documents();
        int document = from;
        while (document < to) {
            int block = reader.blockOf(document);
            int first = reader.firstDocument(block);
            int end = reader.firstDocument(block + 1);
            boolean whole = document == first && to >= end;
            if (whole
                    && reader.rawLength(block) >= SMALL_BLOCK_BYTES
                    && (open.documentCount() == 0 || open.sizeBytes() >= SMALL_BLOCK_BYTES)) {
                flush(blocks);
                begin(blocks, reader.rawLength(block));
                reader.copyFrame(block, out);
                documentCount += end - first;
            } else {
                add(input, reader, block, document, Math.min(to, end), whole, blocks);
            }
            document = end;
        }
    }

    private void add(
            int input,
            DocumentsReader reader,
            int block,
            int from,
            int to,
            boolean whole,
            Blocks blocks)
            throws IOException {
        int first = reader.firstDocument(block);
        int count = reader.firstDocument(block + 1) - first;
        byte[] bytes = block(input, reader, block);
        for (int document = from; document < to; document++) {
            int start = DocumentBlocks.start(bytes, count, document - first);
            open.add(bytes, start, DocumentBlocks.end(bytes, count, document - first) - start);
            boolean absorbs = whole && document + 1 < to && open.sizeBytes() < ABSORBED_BYTES_MAX;
            if (open.isFull() && !absorbs) {
                flush(blocks);
            }
        }
    }

    private byte[] block(int input, DocumentsReader reader, int block) {
        BlockName name = new BlockName(input, block);
        byte[] known = kept.get(name);
        if (known != null) {
            return known;
        }
        byte[] bytes = reader.decompressed(block);
        kept.put(name, bytes);
        keptBytes += bytes.length;
        for (Iterator<byte[]> oldest = kept.values().iterator();
                keptBytes > KEPT_BYTES_MAX && kept.size() > 1; ) {
            keptBytes -= oldest.next().length;
            oldest.remove();
        }
        return bytes;
    }

    private void flush(Blocks blocks) throws IOException {
        int count = open.documentCount();
        if (count == 0) {
            return;
        }
        begin(blocks, open.rawLength());
        int length = open.compress();
        out.putBytes(open.frame(), 0, length);
        documentCount += count;
        open.clear();
    }

    private void begin(Blocks blocks, int rawLength) {
        inputs.pulse().run();
        blocks.firsts.putInt(documentCount);
        blocks.offsets.putLong(out.offset());
        blocks.rawLengths.putInt(rawLength);
        rawLengthMax = Math.max(rawLengthMax, rawLength);
    }
}
