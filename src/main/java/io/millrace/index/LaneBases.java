package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.segment.SegmentId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// The generations that lanes work upon, and where merges published since then put their documents.
///
/// A lane goes on upon the generation it began with, however many merges are published meanwhile:
/// none of them changes what is visible. Only the places change, so what a lane deleted in a
/// segment of its base is carried over, merge by merge, before it is applied to the newest
/// generation. What no lane can need any more is forgotten. Guarded by itself.
final class LaneBases {

    /// Where a merge put the documents of its inputs.
    @FunctionalInterface
    interface Moves {
        /// The document of the output, or -1 for one that was deleted before the merge began.
        int target(int input, int document);
    }

    /// A published merge.
    ///
    /// - generation: the first one that holds the output in place of the inputs
    record Merged(long generation, List<SegmentId> inputs, SegmentId output, Moves moves) {}

    private final Generations generations;

    // Guarded by this.
    private final TreeMap<Long, Integer> inUse = new TreeMap<>();
    private final List<Merged> merges = new ArrayList<>();

    LaneBases(Generations generations) {
        this.generations = generations;
    }

    /// A generation held for one lane. Closed by the lane, or by the commit that took its output.
    final class Base implements AutoCloseable {
        private final Generation generation;
        private boolean open = true; // guarded by LaneBases.this

        private Base(Generation generation) {
            this.generation = generation;
        }

        long number() {
            return generation.number();
        }

        List<SegmentView> views() {
            return generation.views();
        }

        @Override
        public void close() {
            synchronized (LaneBases.this) {
                if (!open) {
                    return;
                }
                open = false;
                inUse.computeIfPresent(number(), (_, users) -> users == 1 ? null : users - 1);
                forgetOld();
            }
            generations.release(generation);
        }
    }

    /// The newest generation, held.
    ///
    /// @throws MillraceException.Unavailable when the index is closed
    synchronized Base take() {
        Base base = new Base(generations.acquire());
        inUse.merge(base.number(), 1, Integer::sum);
        return base;
    }

    /// Notes a merge before its generation can be taken.
    synchronized void remember(Merged merge) {
        merges.add(merge);
        forgetOld();
    }

    /// Documents of segments of `base` as documents of the segments that hold them now.
    synchronized Map<SegmentId, MutableRoaringBitmap> carryOver(
            Base base, Map<SegmentId, MutableRoaringBitmap> documents) {
        Map<SegmentId, MutableRoaringBitmap> carried = new HashMap<>(documents);
        for (Merged merge : merges) {
            if (merge.generation() > base.number()) {
                carryOver(merge, carried);
            }
        }
        return carried;
    }

    private static void carryOver(Merged merge, Map<SegmentId, MutableRoaringBitmap> carried) {
        MutableRoaringBitmap moved = new MutableRoaringBitmap();
        for (int input = 0; input < merge.inputs().size(); input++) {
            SegmentId id = merge.inputs().get(input);
            MutableRoaringBitmap documents = carried.remove(id);
            if (documents == null) {
                continue;
            }
            int from = input;
            documents.forEach((int document) -> {
                int target = merge.moves().target(from, document);
                if (target < 0) {
                    throw new MillraceException.Bug(
                            "I10: document %d of segment %s was visible, merge %s of generation %d left it out"
                                    .formatted(document, id, merge.output(), merge.generation()));
                }
                moved.add(target);
            });
        }
        if (!moved.isEmpty()) {
            carried.put(merge.output(), moved);
        }
    }

    /// How many merges are remembered.
    synchronized int rememberedCount() {
        return merges.size();
    }

    /// A merge that was not published after all.
    synchronized void forget(long generation) {
        merges.removeIf(merge -> merge.generation() == generation);
    }

    /// Without a base in use none is needed: the next one will be at least as new as the newest.
    synchronized void forgetOld() {
        long oldest = inUse.isEmpty() ? generations.newest().number() : inUse.firstKey();
        merges.removeIf(merge -> merge.generation() <= oldest);
    }
}
