package io.millrace.segment;

import org.apache.lucene.util.ByteBlockPool;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;
import org.apache.lucene.util.Counter;

/// The distinct strings of one field of a builder, numbered as they come. The bytes of all fields
/// lie in one pool. Confined to one thread.
final class TermIds {
    private static final int CAPACITY_MIN = 16;

    private final BytesRefHash hash;
    private final BytesRef scratch = new BytesRef();

    TermIds(ByteBlockPool pool, Counter ramBytes) {
        hash =
                new BytesRefHash(
                        pool,
                        CAPACITY_MIN,
                        new BytesRefHash.DirectBytesStartArray(CAPACITY_MIN, ramBytes));
    }

    /// The id of a string, a new one if need be.
    int idOf(ByteList bytes, int offset, int length) {
        scratch.bytes = bytes.array();
        scratch.offset = offset;
        scratch.length = length;
        int id = hash.add(scratch);
        return id < 0 ? -1 - id : id;
    }

    /// The ids that occur, in the order of their strings. No string can be added afterwards.
    ///
    /// @param ids occurrences, of which each counts once
    Sorted sort(int[] ids) {
        int[] ordinals = new int[hash.size()];
        for (int id : ids) {
            ordinals[id] = 1;
        }
        int[] sorted = hash.sort();
        int count = 0;
        for (int i = 0; i < ordinals.length; i++) {
            int id = sorted[i];
            if (ordinals[id] != 0) {
                ordinals[id] = count;
                sorted[count++] = id;
            }
        }
        return new Sorted(hash, sorted, ordinals, count);
    }

    /// - ids: by ordinal, the first termCount of them
    /// - ordinals: by id; meaningless for an id that does not occur
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Sorted(BytesRefHash strings, int[] ids, int[] ordinals, int termCount) {
        TermsWriter.Dictionary dictionary() {
            return TermsWriter.strings(strings, ids, termCount);
        }
    }
}
