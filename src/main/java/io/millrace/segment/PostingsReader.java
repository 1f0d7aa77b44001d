package io.millrace.segment;

import org.jspecify.annotations.Nullable;

/// Documents and frequencies of the terms of one text field, with what BM25 needs. Term ordinals
/// are those of the field's [TermsReader]. Deleted documents count in every figure.
public interface PostingsReader {

    /// Documents of which the least norm is known.
    int NORM_GROUP = 1_024;

    /// Above every norm that a document can have.
    int NO_NORM = 256;

    /// Walks the documents of one term in rising order.
    interface Cursor {
        int DONE = Integer.MAX_VALUE;

        /// The next document, or [#DONE].
        int next();

        /// The first document at or above `target`, or [#DONE].
        int advance(int target);

        /// Occurrences of the term in the current document.
        int frequency();
    }

    /// A cursor that can also tell where the term stands.
    interface PositionCursor extends Cursor {

        /// The positions of the term in the current document, rising, in front of an array: of the
        /// given one where it has room for [#frequency] of them. Positions count from 0; a word
        /// that the analyzer left out leaves a gap, and so do several values of one field.
        int[] positions(int[] reused);
    }

    Cursor cursor(int termOrdinal);

    /// Opens the frequencies of a term alone, by the ranks of its documents.
    ///
    /// @param documentCount just what the list begins with: the dictionary knows it, too
    void open(int termOrdinal, int documentCount, TermFrequencies frequencies);

    /// Null when the segment does not know where the terms of the field stand.
    @Nullable PositionCursor positionCursor(int termOrdinal);

    /// Documents that have at least one term of this field.
    int documentsWithField();

    /// Terms of all documents, repetitions included.
    long totalTerms();

    /// Length of the document's field, as the byte that Lucene's SmallFloat.intToByte4 makes of it.
    byte norm(int document);

    /// The least norm, as an unsigned number, of the documents of a group of [#NORM_GROUP] that
    /// have a term; [#NO_NORM] when none has. Looked for once.
    ///
    /// @param group of documents from `group` · [#NORM_GROUP] on
    int leastNorm(int group);

    /// The same of the documents of a [DocumentWindow].
    int leastNormOfWindow(int window);
}
