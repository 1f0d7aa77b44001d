package io.millrace.segment;

import java.io.IOException;
import org.apache.lucene.util.Counter;

/// Writes a positions section as [PositionsLayout] draws it, list by list and document by document.
/// Heap: the positions of one block. Outside: 8 bytes a term. Confined to one thread.
final class PositionsOutput implements AutoCloseable {
    private final SegmentOutput out;
    private final BitWriter bits;
    private final Spool starts = new Spool();
    private final IntList blockEnds = new IntList(Counter.newCounter());

    /// Steps of the open block, and all of them joined by or.
    private final IntList steps = new IntList(Counter.newCounter());

    private int allSteps;
    private int blockDocuments;
    private long listStart;
    private int termCount;

    PositionsOutput(SegmentOutput out) throws IOException {
        this.out = out;
        bits = new BitWriter(out);
        out.begin();
        starts.putLong(0);
    }

    /// The first position of a document, or how far the next one lies behind it.
    void step(int step) {
        steps.add(step);
        allSteps |= step;
    }

    void endDocument() throws IOException {
        if (++blockDocuments == PostingsLayout.BLOCK_DOCUMENTS) {
            endBlock();
        }
    }

    void endList() throws IOException {
        if (blockDocuments > 0) {
            endBlock();
        }
        if (blockEnds.size() > 1) {
            for (int i = 0; i < blockEnds.size(); i++) {
                out.putInt(blockEnds.get(i));
            }
        }
        blockEnds.clear();
        listStart = out.offset();
        starts.putLong(listStart);
        termCount++;
    }

    void end(int field) throws IOException {
        out.putLong(0);
        long startsOffset = PackedWriter.writeRising(out, starts);
        out.putInt(termCount);
        out.putInt(0);
        out.putLong(startsOffset);
        out.end(SegmentLayout.Kind.POSITIONS, field);
    }

    private void endBlock() throws IOException {
        int width = PackedLayout.widthOf(allSteps);
        out.putByte(width);
        for (int i = 0; i < steps.size(); i++) {
            bits.add(steps.get(i), width);
        }
        bits.finish();
        blockEnds.add(Math.toIntExact(out.offset() - listStart));
        steps.clear();
        allSteps = 0;
        blockDocuments = 0;
    }

    @Override
    public void close() {
        starts.close();
    }
}
