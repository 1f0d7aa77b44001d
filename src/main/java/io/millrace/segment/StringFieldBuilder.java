package io.millrace.segment;

import java.io.IOException;
import java.util.BitSet;
import org.apache.lucene.util.ByteBlockPool;
import org.apache.lucene.util.Counter;
import org.roaringbitmap.RoaringBitmap;

/// A dynamic field of strings: the short ones as keywords, all of them as text, and which documents
/// have any. Confined to one thread.
final class StringFieldBuilder implements FieldBuilder {
    private final KeywordFieldBuilder keywords;
    private final TextFieldBuilder text;

    /// Documents all of whose values are too long for a keyword, rising.
    private final IntList withoutKeyword;

    StringFieldBuilder(ByteBlockPool pool, Counter ramBytes) {
        keywords = new KeywordFieldBuilder(pool, ramBytes);
        text = new TextFieldBuilder(SegmentLayout.Kind.TEXT_TERMS, true, pool, ramBytes);
        withoutKeyword = new IntList(ramBytes);
    }

    @Override
    public void add(int document, AnalyzedField field, ByteList bytes) {
        if (field.offsets.size() == 0) {
            withoutKeyword.add(document);
        } else {
            keywords.add(document, field, bytes);
        }
        if (field.termOffsets.size() > 0) {
            text.add(document, field, bytes);
        }
    }

    @Override
    public void write(SegmentOutput out, int field, BitSet deleted, int liveCount)
            throws IOException {
        keywords.write(out, field, deleted, liveCount);
        text.write(out, field, deleted, liveCount);
        writePresent(out, field, deleted, liveCount);
    }

    /// Nothing where the keywords tell it.
    private void writePresent(SegmentOutput out, int field, BitSet deleted, int liveCount)
            throws IOException {
        if (withoutKeyword.size() == 0) {
            return;
        }
        RoaringBitmap present = keywords.present(deleted, liveCount);
        int told = present.getCardinality();
        int live = 0;
        int document = 0;
        for (int i = 0; i < withoutKeyword.size(); i++) {
            for (; document < withoutKeyword.get(i); document++) {
                live += deleted.get(document) ? 0 : 1;
            }
            if (!deleted.get(document)) {
                present.add(live);
            }
        }
        if (present.getCardinality() > told) {
            PresentSection.write(out, field, present);
        }
    }
}
