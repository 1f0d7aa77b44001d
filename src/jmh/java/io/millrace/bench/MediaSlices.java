package io.millrace.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Picks drawn records out of the slices of a [MediaFile].
final class MediaSlices {

    /// What is done with a record; it is reused for the next one.
    @FunctionalInterface
    interface Visitor {
        void visit(MediaRecord media) throws Exception;
    }

    private MediaSlices() {}

    /// The ids of each slice, sorted.
    static List<int[]> group(int[] ids) {
        int[] sorted = ids.clone();
        Arrays.sort(sorted);
        List<int[]> groups = new ArrayList<>();
        for (int from = 0; from < sorted.length; ) {
            int slice = sorted[from] / MediaFile.SLICE_RECORDS;
            while (groups.size() < slice) {
                groups.add(new int[0]);
            }
            int to = from;
            while (to < sorted.length && sorted[to] / MediaFile.SLICE_RECORDS == slice) {
                to++;
            }
            groups.add(Arrays.copyOfRange(sorted, from, to));
            from = to;
        }
        return groups;
    }

    /// Visits the records of the slice whose ids are in `wanted`, which is sorted.
    static void forEach(ByteBuffer slice, int[] wanted, Visitor visitor) throws Exception {
        MediaRecord media = new MediaRecord();
        int next = 0;
        while (slice.hasRemaining() && next < wanted.length) {
            int start = slice.position();
            long id = slice.getLong(start + Integer.BYTES);
            if (id < wanted[next]) {
                slice.position(start + slice.getInt(start));
                continue;
            }
            media.read(slice);
            visitor.visit(media);
            next++;
        }
    }
}
