package io.millrace.segment;

import io.millrace.document.Field;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.util.Counter;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Writes a terms section of a rewritten segment ([TermsLayout]): the sorted terms of the inputs,
/// merged. Terms whose documents are all left out vanish.
///
/// Outside the heap, while a field is written: about 5 bytes a term and 4 for each inline document;
/// 4 more for each term of each input where a column needs the way from old to new ordinals; for
/// each term with a bitmap or of a text, 2 to 6 bytes for each input that has it.
final class TermsRewriter implements AutoCloseable {
    private final RewriteInputs inputs;
    private final SegmentOutput out;

    private final PriorityQueue<TermCursor> cursors = new PriorityQueue<>(TermCursor::compareTo);
    private final boolean isNumeric;

    /// A text's lists are written later, from the same sources.
    private final boolean keepsAllSources;

    private final Arena arena = Arena.ofConfined();

    /// By input: new ordinals by old ones; null where nobody asks for them.
    private final @Nullable MemorySegment[] newOrdinals;

    private final StringBlocks strings;
    private final Spool numbers = new Spool();
    private final Spool counts = new Spool();
    private final Spool inlineDocuments = new Spool();
    private final TermSources sources = new TermSources();
    private int inlineDocumentMax;
    private int termCount;
    private int bitmapCount;
    private long postingCount;

    /// What inputs have of the current term: inputs and ordinals, targets of inline documents.
    private final IntList sourceInputs = new IntList(Counter.newCounter());

    private final IntList sourceOrdinals = new IntList(Counter.newCounter());
    private final IntList inlineTargets = new IntList(Counter.newCounter());

    /// Documents of the current term in bitmaps.
    private long keptInBitmaps;

    /// True when an input has the current term twice, its numbers being wider now.
    private boolean collapses;

    private final TargetSet targets;

    /// @param terms by input; null for one without the field
    TermsRewriter(
            RewriteInputs inputs,
            SegmentOutput out,
            Field field,
            List<@Nullable MappedTerms> terms,
            boolean keepsOrdinals,
            boolean keepsAllSources) {
        this.inputs = inputs;
        this.out = out;
        this.keepsAllSources = keepsAllSources;
        isNumeric = field.type().isNumeric();
        strings = new StringBlocks(out);
        newOrdinals = new MemorySegment[terms.size()];
        targets = new TargetSet(inputs, terms);
        for (int i = 0; i < terms.size(); i++) {
            MappedTerms own = terms.get(i);
            if (own != null && own.termCount() > 0) {
                boolean widens = RewriteInputs.widens(inputs.readers().get(i), field);
                cursors.add(new TermCursor(i, own, inputs.placement().leftOut(i), widens));
                if (keepsOrdinals) {
                    newOrdinals[i] =
                            arena.allocate((long) own.termCount() * Integer.BYTES, Integer.BYTES);
                }
            }
        }
    }

    int termCount() {
        return termCount;
    }

    /// Documents of all terms together, one counted once for each of its terms.
    long postingCount() {
        return postingCount;
    }

    long firstNumber() {
        return numbers.getLong(0);
    }

    long lastNumber() {
        return numbers.getLong(termCount - 1L);
    }

    /// The ordinal of an input's term among the terms written.
    int newOrdinal(int input, int ordinal) {
        MemorySegment of = newOrdinals[input];
        if (of == null) {
            throw new IllegalStateException("nobody asked for the ordinals of input " + input);
        }
        return of.get(SegmentLayout.INT, (long) ordinal * Integer.BYTES);
    }

    /// By term written: where its documents come from. Of all terms if that was asked for.
    TermSources sources() {
        return sources;
    }

    /// Documents of a term written.
    int documentCount(int ordinal) {
        return counts.getInt(ordinal);
    }

    /// Writes the section and returns the documents that have any of its terms; writes nothing when
    /// there is no term.
    @Nullable RoaringBitmap write(SegmentLayout.Kind kind, int field) throws IOException {
        out.begin();
        for (TermCursor first = cursors.poll(); first != null; first = cursors.poll()) {
            inputs.step(termCount);
            term(first);
        }
        if (termCount == 0) {
            return null;
        }
        long dictionaryOffset = isNumeric ? PackedWriter.writeRising(out, numbers) : strings.end();
        long inlineStartsOffset = writeInlineStarts();
        long inlineDocumentsOffset =
                PackedWriter.writeInts(out, inlineDocuments, inlineDocumentMax);
        TermsWriter writer = new TermsWriter(out);
        RoaringBitmap present = targets.present();
        try (Spool bitmapTerms = new Spool();
                Spool bitmapStarts = new Spool();
                Spool bitmapCounts = new Spool()) {
            int lastBitmapTerm = 0;
            int countMax = 0;
            TermSources.Reader reader = sources.reader();
            for (int term = 0; term < termCount; term++) {
                int count = counts.getInt(term);
                boolean hasBitmap = count > TermsLayout.INLINE_DOCUMENTS_MAX;
                if (hasBitmap || keepsAllSources) {
                    reader.next();
                }
                if (hasBitmap) {
                    inputs.step(bitmapCounts.sizeBytes());
                    bitmapTerms.putInt(term);
                    bitmapCounts.putInt(count);
                    bitmapStarts.putLong(writer.putBitmap(targets.of(reader, count)));
                    lastBitmapTerm = term;
                    countMax = Math.max(countMax, count);
                }
            }
            bitmapStarts.putLong(writer.putBitmap(present));
            bitmapStarts.putLong(out.offset());
            long bitmapTermsOffset = PackedWriter.writeInts(out, bitmapTerms, lastBitmapTerm);
            long bitmapStartsOffset = PackedWriter.writeRising(out, bitmapStarts);
            long bitmapCountsOffset = PackedWriter.writeInts(out, bitmapCounts, countMax);
            writer.writeTail(
                    termCount,
                    bitmapCount,
                    dictionaryOffset,
                    inlineStartsOffset,
                    inlineDocumentsOffset,
                    bitmapTermsOffset,
                    bitmapStartsOffset,
                    bitmapCountsOffset);
        }
        out.end(kind, field);
        return present;
    }

    /// Takes the least term from all inputs that have it.
    private void term(TermCursor first) throws IOException {
        sourceInputs.clear();
        sourceOrdinals.clear();
        inlineTargets.clear();
        keptInBitmaps = 0;
        collapses = false;
        List<TermCursor> having = new ArrayList<>(List.of(first));
        while (!cursors.isEmpty() && cursors.element().compareTerms(first) == 0) {
            having.add(cursors.remove());
        }
        for (TermCursor cursor : having) {
            take(cursor);
        }
        int count = count();
        if (count > 0) {
            if (isNumeric) {
                numbers.putLong(first.number());
            } else {
                StringDictionary.Cursor string = first.requireString();
                strings.add(string.bytes(), string.length());
            }
            enter(count);
        }
        for (int i = 0; i < sourceInputs.size(); i++) {
            MemorySegment ordinals = newOrdinals[sourceInputs.get(i)];
            if (ordinals != null) {
                ordinals.set(
                        SegmentLayout.INT,
                        (long) sourceOrdinals.get(i) * Integer.BYTES,
                        count > 0 ? termCount : -1);
            }
        }
        termCount += count > 0 ? 1 : 0;
        for (TermCursor cursor : having) {
            if (cursor.advance()) {
                cursors.add(cursor);
            }
        }
    }

    /// Takes the term, and further ones of the same input that have become equal to it: all of
    /// those but the last, on which the cursor stays.
    private void take(TermCursor cursor) {
        takeOne(cursor);
        while (cursor.advanceIfEqual()) {
            collapses = true;
            takeOne(cursor);
        }
    }

    private void takeOne(TermCursor cursor) {
        sourceInputs.add(cursor.input());
        sourceOrdinals.add(cursor.ordinal());
        int inline = cursor.inlineCount();
        if (inline == 0) {
            keptInBitmaps += cursor.keptInBitmap();
            return;
        }
        for (int i = 0; i < inline; i++) {
            int target = inputs.placement().target(cursor.input(), cursor.inlineDocument(i));
            if (target >= 0) {
                inlineTargets.add(target);
            }
        }
    }

    /// How many documents the current term has.
    private int count() {
        if (collapses) {
            return targets.of(sourceInputs, sourceOrdinals).getCardinality();
        }
        return Math.toIntExact(inlineTargets.size() + keptInBitmaps);
    }

    private void enter(int count) {
        counts.putInt(count);
        postingCount += count;
        boolean isInline = count <= TermsLayout.INLINE_DOCUMENTS_MAX;
        if (isInline && (collapses || keptInBitmaps > 0)) {
            inlineTargets.clear();
            targets.of(sourceInputs, sourceOrdinals)
                    .forEach((int target) -> inlineTargets.add(target));
        }
        if (isInline) {
            inlineTargets.sortRange(0, count);
            for (int i = 0; i < count; i++) {
                inlineDocuments.putInt(inlineTargets.get(i));
            }
            inlineDocumentMax = Math.max(inlineDocumentMax, inlineTargets.get(count - 1));
        } else {
            bitmapCount++;
        }
        if (!isInline || keepsAllSources) {
            sources.add(sourceInputs, sourceOrdinals);
        }
    }

    private long writeInlineStarts() throws IOException {
        long total = inlineDocuments.sizeBytes() / Integer.BYTES;
        PackedWriter starts = new PackedWriter(out, 0, total, termCount + 1);
        long start = 0;
        starts.add(start);
        for (int term = 0; term < termCount; term++) {
            int count = counts.getInt(term);
            start += count <= TermsLayout.INLINE_DOCUMENTS_MAX ? count : 0;
            starts.add(start);
        }
        return starts.end();
    }

    @Override
    public void close() {
        arena.close();
        strings.close();
        numbers.close();
        counts.close();
        inlineDocuments.close();
        sources.close();
    }
}
