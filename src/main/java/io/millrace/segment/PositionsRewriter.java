package io.millrace.segment;

import io.millrace.MillraceException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.Counter;
import org.jspecify.annotations.Nullable;

/// Writes the positions section of a rewritten segment ([PositionsLayout]).
///
/// Heap: the positions of a block, or where the order changes of the documents of one term, as long
/// as those are few. Outside, where they are many: 8 bytes a document and what they hold.
final class PositionsRewriter {
    /// Documents of a term whose positions are sorted on the heap.
    private static final int FEW_MAX = 1 << 16;

    private final RewriteInputs inputs;
    private final SegmentOutput out;

    /// By input; null for one without the field.
    private final List<@Nullable MappedPostings> postings;

    private int[] positions = new int[16];

    /// Of a term with few documents: target in the upper half, and where its positions start.
    private long[] few = new long[16];

    private final IntList fewPositions = new IntList(Counter.newCounter());

    PositionsRewriter(
            RewriteInputs inputs, SegmentOutput out, List<@Nullable MappedPostings> postings) {
        this.inputs = inputs;
        this.out = out;
        this.postings = postings;
    }

    /// False when an input has the field without positions: the output has none either.
    boolean isPossible() {
        return postings.stream().allMatch(each -> each == null || each.hasPositions());
    }

    /// @param terms those written, with the sources of all
    void write(int field, TermsRewriter terms) throws IOException {
        try (PositionsOutput output = new PositionsOutput(out)) {
            TermSources.Reader sources = terms.sources().reader();
            for (int term = 0; term < terms.termCount(); term++) {
                inputs.step(term);
                sources.next();
                list(sources, terms.documentCount(term), output);
                output.endList();
            }
            output.end(field);
        }
    }

    private void list(TermSources.Reader sources, int count, PositionsOutput output)
            throws IOException {
        if (inputs.placement().keepsOrder()) {
            collect(sources, (_, frequency) -> put(positions, 0, frequency, output));
        } else if (count <= FEW_MAX) {
            sortFew(sources, count, output);
        } else {
            sortMany(sources, output);
        }
    }

    @FunctionalInterface
    private interface Posting {
        /// The positions stand in front of [#positions].
        void accept(int target, int frequency) throws IOException;
    }

    /// Goes through all documents that have a place, input by input.
    private void collect(TermSources.Reader sources, Posting each) throws IOException {
        while (sources.nextSource()) {
            MappedPostings of = postings.get(sources.input());
            PostingsReader.PositionCursor cursor =
                    of == null ? null : of.positionCursor(sources.ordinal());
            if (cursor == null) {
                throw new MillraceException.Corrupt(
                        "terms of input %d have no positions".formatted(sources.input()));
            }
            int steps = 0;
            for (int document = cursor.next();
                    document != PostingsReader.Cursor.DONE;
                    document = cursor.next()) {
                inputs.step(++steps);
                int target = inputs.placement().target(sources.input(), document);
                if (target >= 0) {
                    int frequency = cursor.frequency();
                    positions = cursor.positions(positions);
                    each.accept(target, frequency);
                }
            }
        }
    }

    private void sortFew(TermSources.Reader sources, int count, PositionsOutput output)
            throws IOException {
        if (few.length < count) {
            few = new long[Math.max(count, Math.min(FEW_MAX, 2 * few.length))];
        }
        fewPositions.clear();
        int[] held = {0};
        collect(
                sources,
                (target, frequency) -> {
                    few[held[0]++] = (long) target << Integer.SIZE | fewPositions.size();
                    fewPositions.add(frequency);
                    for (int i = 0; i < frequency; i++) {
                        fewPositions.add(positions[i]);
                    }
                });
        Arrays.sort(few, 0, held[0]);
        for (int i = 0; i < held[0]; i++) {
            int at = (int) few[i];
            int before = 0;
            for (int end = at + fewPositions.get(at++); at <= end; at++) {
                output.step(fewPositions.get(at) - before);
                before = fewPositions.get(at);
            }
            output.endDocument();
        }
    }

    /// A slot for every document of the output says where its positions stand.
    private void sortMany(TermSources.Reader sources, PositionsOutput output) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Spool spool = new Spool()) {
            int documents = inputs.documentCount();
            MemorySegment slots = arena.allocate((long) documents * Long.BYTES, Long.BYTES);
            collect(
                    sources,
                    (target, frequency) -> {
                        long at = spool.sizeBytes() / Integer.BYTES;
                        slots.set(SegmentLayout.LONG, (long) target * Long.BYTES, at + 1);
                        spool.putInt(frequency);
                        for (int i = 0; i < frequency; i++) {
                            spool.putInt(positions[i]);
                        }
                    });
            for (int document = 0; document < documents; document++) {
                inputs.step(document);
                long at = slots.get(SegmentLayout.LONG, (long) document * Long.BYTES);
                if (at > 0) {
                    int before = 0;
                    for (long end = at + spool.getInt(at - 1); at < end; at++) {
                        output.step(spool.getInt(at) - before);
                        before = spool.getInt(at);
                    }
                    output.endDocument();
                }
            }
        }
    }

    private static void put(int[] positions, int from, int to, PositionsOutput output)
            throws IOException {
        int before = 0;
        for (int i = from; i < to; i++) {
            output.step(positions[i] - before);
            before = positions[i];
        }
        output.endDocument();
    }
}
