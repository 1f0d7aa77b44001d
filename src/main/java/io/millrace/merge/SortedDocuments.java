package io.millrace.merge;

import io.millrace.document.Schema;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Objects;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// The live documents of the inputs by a declared order. Takes 4 bytes outside the heap for every
/// document of the inputs and 4 more for every live one; while it sorts, 4 and per key 8 more, see
/// [SortKey]. Immutable.
final class SortedDocuments implements DocumentMap {

    /// Where the documents of each input start when all are counted through, and the end.
    private final int[] bases;

    /// By document counted through: its target, or -1.
    private final IntBuffer targets;

    /// By target: the document counted through.
    private final IntBuffer sources;

    private final List<MergeInput> inputs;

    private SortedDocuments(
            List<MergeInput> inputs, int[] bases, IntBuffer targets, IntBuffer sources) {
        this.inputs = inputs;
        this.bases = bases;
        this.targets = targets;
        this.sources = sources;
    }

    static SortedDocuments of(List<MergeInput> inputs, Schema schema, MergeOrder order) {
        int[] bases = new int[inputs.size() + 1];
        for (int i = 0; i < inputs.size(); i++) {
            bases[i + 1] = Math.addExact(bases[i], inputs.get(i).reader().documentCount());
        }
        ConcatenatedDocuments before = new ConcatenatedDocuments(inputs);
        int count = before.documentCount();
        IntBuffer documents = ints(count);
        Walk walk = before.walk();
        for (int at = 0; walk.next(); ) {
            for (int document = walk.from(); document < walk.to(); document++) {
                documents.put(at++, bases[walk.input()] + document);
            }
        }
        List<SortKey> keys =
                order.keys().stream().map(key -> SortKey.of(key, inputs, schema, before)).toList();
        IntBuffer sorted = sort(count, keys);
        IntBuffer targets = ints(bases[inputs.size()]);
        for (int i = 0; i < targets.limit(); i++) {
            targets.put(i, -1);
        }
        for (int target = 0; target < count; target++) {
            int document = documents.get(sorted.get(target));
            sorted.put(target, document);
            targets.put(document, target);
        }
        return new SortedDocuments(List.copyOf(inputs), bases, targets, sorted);
    }

    /// The numbers below `count` by their keys, equal ones rising: runs of one merged to runs of
    /// two, four and so on, which reads memory in order.
    private static IntBuffer sort(int count, List<SortKey> keys) {
        IntBuffer from = ints(count);
        IntBuffer to = ints(count);
        for (int i = 0; i < count; i++) {
            from.put(i, i);
        }
        for (long run = 1; run < count; run *= 2) {
            for (long start = 0; start < count; start += 2 * run) {
                int middle = (int) Math.min(count, start + run);
                mergeRuns(from, to, (int) start, middle, (int) Math.min(count, middle + run), keys);
            }
            IntBuffer swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private static void mergeRuns(
            IntBuffer from, IntBuffer to, int start, int middle, int end, List<SortKey> keys) {
        int left = start;
        int right = middle;
        for (int at = start; at < end; at++) {
            boolean takesLeft =
                    right == end
                            || (left < middle
                                    && compare(from.get(left), from.get(right), keys) <= 0);
            to.put(at, from.get(takesLeft ? left++ : right++));
        }
    }

    private static int compare(int a, int b, List<SortKey> keys) {
        for (int i = 0; i < keys.size(); i++) {
            int order = keys.get(i).compare(a, b);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    static IntBuffer ints(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Integer.BYTES))
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
    }

    @Override
    public int documentCount() {
        return sources.limit();
    }

    @Override
    public int target(int input, int document) {
        int count = bases[input + 1] - bases[input];
        return targets.get(bases[input] + Objects.checkIndex(document, count));
    }

    @Override
    public ImmutableRoaringBitmap leftOut(int input) {
        return inputs.get(input).deleted();
    }

    @Override
    public boolean keepsOrder() {
        return false;
    }

    @Override
    public Walk walk() {
        return new SourceWalk();
    }

    private final class SourceWalk implements Walk {
        private int target;
        private int input;
        private int from;
        private int to;

        @Override
        public boolean next() {
            if (target == sources.limit()) {
                return false;
            }
            int source = sources.get(target++);
            if (source < bases[input] || source >= bases[input + 1]) {
                input = inputOf(source);
            }
            int end = source + 1;
            while (target < sources.limit()
                    && end < bases[input + 1]
                    && sources.get(target) == end) {
                target++;
                end++;
            }
            from = source - bases[input];
            to = end - bases[input];
            return true;
        }

        private int inputOf(int source) {
            int low = 0;
            int high = bases.length - 1;
            while (high - low > 1) {
                int middle = (low + high) >>> 1;
                if (bases[middle] <= source) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        @Override
        public int input() {
            return input;
        }

        @Override
        public int from() {
            return from;
        }

        @Override
        public int to() {
            return to;
        }
    }
}
