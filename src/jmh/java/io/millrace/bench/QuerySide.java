package io.millrace.bench;

import java.io.IOException;
import java.util.List;

/// One engine that answers drawn queries over an index of the media data set, on one thread.
interface QuerySide extends AutoCloseable {

    /// What came back, with what it takes to look at it later.
    interface Answer {
        /// Documents that match, or -1 when they were not counted.
        long total();

        /// The hits in order. Not part of what is timed.
        List<RankedId> hits() throws IOException;
    }

    /// A hit: the record's id, and what it was ordered by.
    record RankedId(long id, double rank) {}

    /// The last of many pages. Its hits have ranks and no ids: pages may be cut inside of a rank.
    record LastPage(long total, Answer page) implements Answer {
        @Override
        public List<RankedId> hits() throws IOException {
            return page.hits().stream().map(hit -> new RankedId(0, hit.rank())).toList();
        }
    }

    /// @param isCounted false when the total is of no interest
    Answer answer(QueryWorkload workload, DrawnQuery query, boolean isCounted) throws IOException;

    @Override
    void close() throws IOException;
}
