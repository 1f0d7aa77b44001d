package io.millrace.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.roaringbitmap.RoaringBitmap;

/// Writes a section of kind [SegmentLayout.Kind#PRESENT]: one bitmap in Roaring's portable form.
final class PresentSection {
    private PresentSection() {}

    static void write(SegmentOutput out, int field, RoaringBitmap present) throws IOException {
        present.runOptimize();
        ByteBuffer bytes =
                ByteBuffer.allocate(present.serializedSizeInBytes()).order(ByteOrder.LITTLE_ENDIAN);
        present.serialize(bytes);
        out.begin();
        out.putBytes(bytes.array());
        out.end(SegmentLayout.Kind.PRESENT, field);
    }
}
