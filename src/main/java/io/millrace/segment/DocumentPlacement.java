package io.millrace.segment;

import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Which documents of several segments make a new one, and in which order. The segments are called
/// inputs and counted from 0. Immutable.
public interface DocumentPlacement {

    /// Documents of the new segment.
    int documentCount();

    /// The place of an input's document in the new segment, or -1 when it is left out.
    int target(int input, int document);

    /// The documents of an input that have no place.
    ImmutableRoaringBitmap leftOut(int input);

    /// True when documents come in the order of inputs, and within an input as they were.
    boolean keepsOrder();

    /// Goes through the documents of the new segment from the first to the last.
    Walk walk();

    /// Documents of the new segment as ranges of documents of the inputs. Confined to one thread.
    interface Walk {
        /// Goes to the next range; false when there is none.
        boolean next();

        int input();

        /// First document of the range.
        int from();

        /// The document after the last one of the range.
        int to();
    }
}
