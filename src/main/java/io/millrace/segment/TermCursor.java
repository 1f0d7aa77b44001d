package io.millrace.segment;

import io.millrace.document.Coercion;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Walks the terms of one input of a rewrite in their order. Stands at the first one when made.
/// Confined to one thread.
final class TermCursor {
    private final int input;
    private final MappedTerms terms;
    private final ImmutableRoaringBitmap leftOut;

    /// Null for numbers.
    private final StringDictionary.@Nullable Cursor strings;

    /// Whether numbers were written as longs and are wanted as doubles.
    private final boolean widens;

    private int ordinal;

    /// The term's inline documents; none when they are a bitmap.
    private int inlineStart;

    private int inlineEnd;

    /// How many terms before this one have a bitmap.
    private int bitmap;

    /// What orders the terms of all inputs: the number, or the first bytes of the string; unsigned.
    private long rank;

    /// @param terms at least one
    TermCursor(int input, MappedTerms terms, ImmutableRoaringBitmap leftOut, boolean widens) {
        this.input = input;
        this.terms = terms;
        this.leftOut = leftOut;
        this.widens = widens;
        strings = terms.stringCursor();
        rank = readRank();
        inlineEnd = terms.inlineStart(1);
    }

    int input() {
        return input;
    }

    int ordinal() {
        return ordinal;
    }

    boolean advance() {
        if (ordinal + 1 == terms.termCount() || (strings != null && !strings.advance())) {
            return false;
        }
        bitmap += inlineStart == inlineEnd ? 1 : 0;
        ordinal++;
        inlineStart = inlineEnd;
        inlineEnd = terms.inlineStart(ordinal + 1);
        rank = readRank();
        return true;
    }

    /// The number of a numeric term, as the output holds it.
    long number() {
        return rank ^ Long.MIN_VALUE;
    }

    StringDictionary.Cursor requireString() {
        if (strings == null) {
            throw new IllegalStateException("the terms of input " + input + " are numbers");
        }
        return strings;
    }

    /// Goes to the next term if it is the same now that numbers are wider.
    boolean advanceIfEqual() {
        return widens
                && ordinal + 1 < terms.termCount()
                && rankOf(terms.ordered(ordinal + 1)) == rank
                && advance();
    }

    int compareTo(TermCursor that) {
        int order = compareTerms(that);
        return order != 0 ? order : Integer.compare(input, that.input);
    }

    /// How many documents of the term stand inline; 0 when they are a bitmap.
    int inlineCount() {
        return inlineEnd - inlineStart;
    }

    int inlineDocument(int i) {
        return terms.inlineDocument(inlineStart + i);
    }

    /// Documents in the term's bitmap that are not left out.
    int keptInBitmap() {
        int count = terms.bitmapCardinality(bitmap);
        return leftOut.isEmpty()
                ? count
                : count - ImmutableRoaringBitmap.andCardinality(terms.bitmap(bitmap), leftOut);
    }

    int compareTerms(TermCursor that) {
        int order = Long.compareUnsigned(rank, that.rank);
        if (order != 0 || strings == null || that.strings == null) {
            return order;
        }
        return Arrays.compareUnsigned(
                strings.bytes(),
                0,
                strings.length(),
                that.strings.bytes(),
                0,
                that.strings.length());
    }

    private long readRank() {
        if (strings != null) {
            return prefix(strings.bytes(), strings.length());
        }
        return rankOf(terms.ordered(ordinal));
    }

    private long rankOf(long number) {
        return (widens ? Coercion.doubleToOrdered((double) number) : number) ^ Long.MIN_VALUE;
    }

    /// The first bytes of a string; a shorter one counts as if zero bytes followed.
    private static long prefix(byte[] bytes, int length) {
        long prefix = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            prefix = prefix << Byte.SIZE | (i < length ? bytes[i] & 0xFF : 0);
        }
        return prefix;
    }
}
