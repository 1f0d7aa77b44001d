package io.millrace.bench;

import java.io.IOException;

/// One engine that can be filled with the media data set. Used by one benchmark thread; it may
/// start threads of its own.
interface IndexingSide extends AutoCloseable {

    /// Indexes every record, to the end of the final commit and of the merges the policy wants.
    void build(MediaFile data) throws Exception;

    /// Replaces the documents of these records by themselves, to the end of the commit.
    void upsert(MediaFile data, int[] ids) throws Exception;

    /// Indexes a run of records and commits, as one of many commits.
    void commit(MediaFile data, int slice, int records) throws Exception;

    /// One segment without deletes, to the end of its publication.
    void forceMerge() throws Exception;

    /// Closes what is open, and opens the same index again as a reader would: to the first answer
    /// of how many documents there are.
    void reopen() throws Exception;

    int segmentCount() throws IOException;

    /// Visible documents, so that a run that lost some is not counted.
    long documentCount() throws IOException;

    long diskBytes() throws IOException;

    @Override
    void close() throws IOException;
}
