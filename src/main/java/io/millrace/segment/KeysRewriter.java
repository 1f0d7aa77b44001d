package io.millrace.segment;

import io.millrace.document.DocumentKey;
import io.millrace.document.Hash64;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Writes the keys and seq sections of a rewritten segment ([KeysLayout]). The hash table takes 7.5
/// bytes a document outside the heap while it is made.
final class KeysRewriter {
    private final RewriteInputs inputs;
    private final SegmentOutput out;

    KeysRewriter(RewriteInputs inputs, SegmentOutput out) {
        this.inputs = inputs;
        this.out = out;
    }

    void writeKeys() throws IOException {
        int count = inputs.documentCount();
        int slotCount = KeysLayout.slotCount(count);
        out.begin();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fingerprints = arena.allocate(slotCount);
            MemorySegment documents =
                    arena.allocate((long) slotCount * Integer.BYTES, Integer.BYTES);
            fill(fingerprints, documents, slotCount);
            out.putMemory(fingerprints, 0, fingerprints.byteSize());
            out.align();
            out.putMemory(documents, 0, documents.byteSize());
            out.align();
        }
        long bytesOffset = out.offset();
        for (DocumentPlacement.Walk walk = inputs.placement().walk(); walk.next(); ) {
            inputs.reader(walk).keys().copyKeys(walk.from(), walk.to(), out);
        }
        long startsOffset = writeStarts(out.offset() - bytesOffset);
        out.putInt(slotCount);
        out.putInt(0);
        out.putLong(bytesOffset);
        out.putLong(startsOffset);
        out.end(SegmentLayout.Kind.KEYS, SegmentLayout.NO_FIELD);
    }

    private void fill(MemorySegment fingerprints, MemorySegment documents, int slotCount) {
        byte[] key = new byte[DocumentKey.BYTES_MAX];
        int target = 0;
        for (DocumentPlacement.Walk walk = inputs.placement().walk(); walk.next(); ) {
            KeysReader keys = inputs.reader(walk).keys();
            for (int document = walk.from(); document < walk.to(); document++) {
                inputs.step(target);
                long hash = Hash64.of(key, 0, keys.copyKey(document, key));
                int slot = KeysLayout.slot(hash, slotCount);
                while (fingerprints.get(SegmentLayout.BYTE, slot) != 0) {
                    slot = slot + 1 == slotCount ? 0 : slot + 1;
                }
                fingerprints.set(SegmentLayout.BYTE, slot, KeysLayout.fingerprint(hash));
                documents.set(SegmentLayout.INT, (long) slot * Integer.BYTES, target++);
            }
        }
    }

    private long writeStarts(long keyBytes) throws IOException {
        PackedWriter starts = new PackedWriter(out, 0, keyBytes, inputs.documentCount() + 1);
        long start = 0;
        starts.add(start);
        for (DocumentPlacement.Walk walk = inputs.placement().walk(); walk.next(); ) {
            KeysReader keys = inputs.reader(walk).keys();
            for (int document = walk.from(); document < walk.to(); document++) {
                start += keys.keyLength(document);
                starts.add(start);
            }
        }
        return starts.end();
    }

    void writeSeqs() throws IOException {
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        long read = 0;
        for (DocumentPlacement.Walk walk = inputs.placement().walk(); walk.next(); ) {
            SegmentReader reader = inputs.reader(walk);
            for (int document = walk.from(); document < walk.to(); document++) {
                inputs.step(read++);
                min = Math.min(min, reader.seq(document));
                max = Math.max(max, reader.seq(document));
            }
        }
        out.begin();
        PackedWriter seqs = new PackedWriter(out, min, max, inputs.documentCount());
        for (DocumentPlacement.Walk walk = inputs.placement().walk(); walk.next(); ) {
            SegmentReader reader = inputs.reader(walk);
            for (int document = walk.from(); document < walk.to(); document++) {
                seqs.add(reader.seq(document));
            }
        }
        seqs.end();
        out.end(SegmentLayout.Kind.SEQ, SegmentLayout.NO_FIELD);
    }
}
