package io.millrace.segment;

import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// The sorted distinct terms of one field with the documents that hold each.
///
/// A numeric field's terms are ordered longs ([io.millrace.document.Coercion#ordered]), all others
/// are bytes in unsigned order: UTF-8, or what [io.millrace.document.Coercion#term] makes. Ordinals
/// run from 0 to [#termCount].
public interface TermsReader {
    int termCount();

    /// The ordinal of a term, or -1.
    int find(byte[] term);

    /// The ordinal of a number, or -1.
    int find(long ordered);

    /// The first ordinal whose term is at or above `term`; [#termCount] when there is none.
    int ceiling(byte[] term);

    /// The first ordinal whose number is at or above `ordered`; [#termCount] when there is none.
    int ceiling(long ordered);

    /// The term of an ordinal, as bytes.
    byte[] bytes(int ordinal);

    /// The terms from an ordinal on, where they are bytes.
    TermWalk walk(int ordinal);

    /// The number of an ordinal.
    long ordered(int ordinal);

    /// How many documents hold the term; deleted ones count.
    int documentCount(int ordinal);

    /// The terms that most documents hold; looked for once.
    FrequentTerms frequent();

    /// The documents that hold the term; deleted ones are among them. Read in place where it is
    /// stored as a bitmap.
    ImmutableRoaringBitmap documents(int ordinal);

    /// All documents that hold any term of this field.
    ImmutableRoaringBitmap present();
}
