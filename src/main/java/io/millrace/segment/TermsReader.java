package io.millrace.segment;

import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// The sorted distinct terms of one field with the documents that hold each.
///
/// A numeric field's terms are ordered longs ([io.millrace.document.Coercion#ordered]), all others
/// are bytes in unsigned order: UTF-8, or what [io.millrace.document.Coercion#term] makes. Ordinals
/// run from 0 to [#termCount].
public interface TermsReader {
    /// The most documents a term has without a bitmap of its own.
    int FEW = TermsLayout.INLINE_DOCUMENTS_MAX;

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

    /// Where those are in another dictionary of the same field, whose terms are written the same
    /// way; looked for once for each dictionary that is open.
    SharedTerms shared(TermsReader other);

    /// How many times a document holds a term of `from` up to `to`.
    long documentCount(int from, int to);

    /// As above, without the terms that are in more documents than [#FEW].
    long fewDocuments(int from, int to);

    /// Writes the documents of a term that few have, rising, and returns how many; -1 when there
    /// are more than [#FEW].
    int few(int ordinal, int[] into);

    /// How many terms before an ordinal are in more documents than [#FEW].
    int setsBefore(int ordinal);

    /// In how many documents the i-th of those is.
    int setDocuments(int i);

    /// The documents of the i-th of those.
    DocumentSet setAt(int i);

    /// Looks at the documents of the i-th of those, so that they come from memory while others are
    /// looked at. What is returned says nothing; who adds it up keeps the compiler from leaving the
    /// look away.
    int touch(int i);

    /// Adds the documents of the other terms, from an ordinal up to another.
    void addFew(int from, int to, DocumentLists into, PackedBuffer buffer);

    /// The documents that hold the term, as above.
    DocumentSet set(int ordinal);

    /// All documents that hold any term of this field.
    DocumentSet presentSet();

    /// The documents that hold the term; deleted ones are among them. Read in place where it is
    /// stored as a bitmap.
    ImmutableRoaringBitmap documents(int ordinal);

    /// All documents that hold any term of this field.
    ImmutableRoaringBitmap present();
}
