package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Reads a terms section in place ([TermsLayout]). Immutable, but for what it has looked for once;
/// bitmaps it returns may lie in the map and are valid as long as the segment is open.
final class MappedTerms implements TermsReader {
    private static final int DOCUMENTS_PER_READ = 256;

    private final MemorySegment section;
    private final String path;
    private final int termCount;
    private final int bitmapCount;
    private final @Nullable StringDictionary strings;
    private final @Nullable PackedArray numbers;
    private final PackedArray inlineStarts;
    private final PackedArray inlineDocuments;
    private final PackedArray bitmapTerms;
    private final PackedArray bitmapStarts;
    private final PackedArray bitmapCounts;
    private volatile @Nullable FrequentTerms frequent;

    /// Where the frequent terms are in other dictionaries, as long as somebody reads those. Guarded
    /// by itself.
    private final Map<TermsReader, SharedTerms> shared = new WeakHashMap<>();

    MappedTerms(MemorySegment section, Field field) {
        this.section = section;
        path = field.path();
        long tail = section.byteSize() - TermsLayout.TAIL_BYTES;
        termCount = section.get(SegmentLayout.INT, tail + TermsLayout.TAIL_TERMS_OFFSET);
        bitmapCount = section.get(SegmentLayout.INT, tail + TermsLayout.TAIL_BITMAPS_OFFSET);
        long dictionary = offset(tail + TermsLayout.TAIL_DICTIONARY_OFFSET);
        boolean isNumeric = field.type().isNumeric();
        numbers = isNumeric ? new PackedArray(section, dictionary) : null;
        strings = isNumeric ? null : new StringDictionary(section, dictionary, termCount);
        inlineStarts = packed(tail + TermsLayout.TAIL_INLINE_STARTS_OFFSET);
        inlineDocuments = packed(tail + TermsLayout.TAIL_INLINE_DOCUMENTS_OFFSET);
        bitmapTerms = packed(tail + TermsLayout.TAIL_BITMAP_TERMS_OFFSET);
        bitmapStarts = packed(tail + TermsLayout.TAIL_BITMAP_STARTS_OFFSET);
        bitmapCounts = packed(tail + TermsLayout.TAIL_BITMAP_COUNTS_OFFSET);
        if ((numbers != null && numbers.count() != termCount)
                || inlineStarts.count() != termCount + 1
                || inlineStarts.get(termCount) != inlineDocuments.count()
                || bitmapTerms.count() != bitmapCount
                || bitmapStarts.count() != bitmapCount + 2
                || bitmapCounts.count() != bitmapCount
                || bitmapStarts.get(bitmapCount + 1) > tail) {
            throw new MillraceException.Corrupt(
                    "terms of field %s: %d terms, %d bitmaps"
                            .formatted(path, termCount, bitmapCount));
        }
    }

    @Override
    public int termCount() {
        return termCount;
    }

    @Override
    public int find(byte[] utf8) {
        return termCount == 0 ? -1 : Math.max(-1, strings().find(utf8));
    }

    @Override
    public int find(long ordered) {
        int ordinal = ceiling(ordered);
        return ordinal < termCount && numbers().get(ordinal) == ordered ? ordinal : -1;
    }

    @Override
    public int ceiling(byte[] utf8) {
        if (termCount == 0) {
            return 0;
        }
        int found = strings().find(utf8);
        return found >= 0 ? found : -1 - found;
    }

    @Override
    public int ceiling(long ordered) {
        return numbers().ceiling(ordered);
    }

    @Override
    public byte[] bytes(int ordinal) {
        return strings().bytes(Objects.checkIndex(ordinal, termCount));
    }

    @Override
    public TermWalk walk(int ordinal) {
        return strings().walk(Objects.checkIndex(ordinal, termCount));
    }

    @Override
    public long ordered(int ordinal) {
        return numbers().get(ordinal);
    }

    @Override
    public int documentCount(int ordinal) {
        int inline = (int) (inlineStarts.get(ordinal + 1) - inlineStarts.get(ordinal));
        return inline > 0 ? inline : bitmapCounts.getInt(bitmapTerms.ceiling(ordinal));
    }

    @Override
    public FrequentTerms frequent() {
        // Two threads may look for them at once, and find the same.
        FrequentTerms known = frequent;
        if (known == null) {
            known =
                    FrequentTerms.of(
                            bitmapCount,
                            bitmapTerms::getInt,
                            bitmapCounts::getInt,
                            bitmapCount < termCount ? TermsLayout.INLINE_DOCUMENTS_MAX : 0);
            frequent = known;
        }
        return known;
    }

    @Override
    public SharedTerms shared(TermsReader other) {
        synchronized (shared) {
            SharedTerms known = shared.get(other);
            if (known != null) {
                return known;
            }
        }
        // Two threads may look for them at once, and find the same.
        FrequentTerms own = frequent();
        int[] rising = own.ordinals().clone();
        Arrays.sort(rising);
        SharedTerms made =
                SharedTerms.of(rising.length, rank -> ordinalIn(other, rising[rank]), other);
        synchronized (shared) {
            shared.put(other, made);
        }
        return made;
    }

    /// The ordinal of a term in another dictionary; when it is not there, -1 - the one above it.
    private int ordinalIn(TermsReader other, int ordinal) {
        if (numbers != null) {
            long number = numbers.get(ordinal);
            int found = other.ceiling(number);
            return found < other.termCount() && other.ordered(found) == number ? found : -1 - found;
        }
        byte[] term = bytes(ordinal);
        int found = other.find(term);
        return found >= 0 ? found : -1 - other.ceiling(term);
    }

    @Override
    public long documentCount(int from, int to) {
        long count = fewDocuments(from, to);
        int end = bitmapTerms.ceiling(to);
        for (int i = bitmapTerms.ceiling(from); i < end; i++) {
            count += bitmapCounts.get(i);
        }
        return count;
    }

    @Override
    public long fewDocuments(int from, int to) {
        return inlineStarts.get(to) - inlineStarts.get(from);
    }

    @Override
    public int few(int ordinal, int[] into) {
        int start = inlineStarts.getInt(ordinal);
        int count = inlineStarts.getInt(ordinal + 1) - start;
        if (count == 0) {
            return -1;
        }
        checkFew(ordinal, count);
        for (int i = 0; i < count; i++) {
            into[i] = inlineDocuments.getInt(start + i);
        }
        return count;
    }

    @Override
    public int setsBefore(int ordinal) {
        return bitmapTerms.ceiling(ordinal);
    }

    @Override
    public int setDocuments(int i) {
        return bitmapCounts.getInt(i);
    }

    @Override
    public DocumentSet setAt(int i) {
        return DocumentSet.of(section, bitmapStarts.get(i));
    }

    @Override
    public int touch(int i) {
        return section.get(SegmentLayout.BYTE, bitmapStarts.get(i));
    }

    @Override
    public void addFew(int from, int to, DocumentLists into, PackedBuffer buffer) {
        int start = inlineStarts.getInt(from);
        int end = inlineStarts.getInt(to);
        long[] batch = new long[Math.min(end - start, DOCUMENTS_PER_READ)];
        while (start < end) {
            int count = Math.min(end - start, batch.length);
            inlineDocuments.read(start, count, batch, buffer);
            for (int i = 0; i < count; i++) {
                into.add((int) batch[i]);
            }
            start += count;
        }
    }

    @Override
    public DocumentSet set(int ordinal) {
        if (inlineStarts.get(ordinal) == inlineStarts.get(ordinal + 1)) {
            return DocumentSet.of(section, bitmapStarts.get(bitmapTerms.ceiling(ordinal)));
        }
        int[] few = new int[FEW];
        return DocumentSet.of(Arrays.copyOf(few, few(ordinal, few)));
    }

    @Override
    public DocumentSet presentSet() {
        return DocumentSet.of(section, bitmapStarts.get(bitmapCount));
    }

    @Override
    public ImmutableRoaringBitmap documents(int ordinal) {
        int start = inlineStarts.getInt(ordinal);
        int end = inlineStarts.getInt(ordinal + 1);
        if (start == end) {
            return bitmap(bitmapTerms.ceiling(ordinal));
        }
        checkFew(ordinal, end - start);
        MutableRoaringBitmap documents = new MutableRoaringBitmap();
        for (int i = start; i < end; i++) {
            documents.add(inlineDocuments.getInt(i));
        }
        return documents;
    }

    @Override
    public ImmutableRoaringBitmap present() {
        return bitmap(bitmapCount);
    }

    private void checkFew(int ordinal, int count) {
        if (count > FEW) {
            throw new MillraceException.Corrupt(
                    "term %d of field %s has %d inline documents, expected at most %d"
                            .formatted(ordinal, path, count, FEW));
        }
    }

    /// At the first string; null where the terms are numbers.
    StringDictionary.@Nullable Cursor stringCursor() {
        return strings == null ? null : strings.cursor();
    }

    /// Where the inline documents of a term start, and those of the term before end.
    int inlineStart(int ordinal) {
        return inlineStarts.getInt(ordinal);
    }

    int inlineDocument(int index) {
        return inlineDocuments.getInt(index);
    }

    /// Documents in the i-th bitmap.
    int bitmapCardinality(int index) {
        return bitmapCounts.getInt(index);
    }

    /// The documents of the i-th term that has them as a bitmap.
    ImmutableRoaringBitmap bitmap(int index) {
        long start = bitmapStarts.get(index);
        long length = bitmapStarts.get(index + 1) - start;
        return new ImmutableRoaringBitmap(section.asSlice(start, length).asByteBuffer());
    }

    private StringDictionary strings() {
        if (strings == null) {
            throw new MillraceException.Bug("field " + path + " holds numbers, not strings");
        }
        return strings;
    }

    private PackedArray numbers() {
        if (numbers == null) {
            throw new MillraceException.Bug("field " + path + " holds strings, not numbers");
        }
        return numbers;
    }

    private PackedArray packed(long offsetAt) {
        return new PackedArray(section, offset(offsetAt));
    }

    private long offset(long at) {
        return section.get(SegmentLayout.LONG, at);
    }
}
