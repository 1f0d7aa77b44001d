package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import java.io.IOException;

/// Collects documents in memory and writes them as one segment file. Confined to one thread.
public final class SegmentBuilder {
    public SegmentBuilder(Schema schema) {}

    /// Checks the document and cuts it into terms; changes nothing but scratch space.
    ///
    /// @throws MillraceException.InvalidRequest when it cannot be indexed; says which field and why
    public AnalyzedDocument analyze(Document document) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Adds what [#analyze] returned and returns the document's ordinal. The caller has deleted the
    /// older document of the key.
    public int add(DocumentKey key, long seq, AnalyzedDocument document) {
        throw new MillraceException.Bug("skeleton");
    }

    /// The live document of a key, or -1.
    public int find(DocumentKey key) {
        throw new MillraceException.Bug("skeleton");
    }

    /// A deleted document is not written.
    public void delete(int document) {}

    /// Documents added and not deleted.
    public int liveCount() {
        throw new MillraceException.Bug("skeleton");
    }

    /// Heap held, in bytes.
    public long ramBytes() {
        throw new MillraceException.Bug("skeleton");
    }

    /// Writes, forces and verifies the file; the name is forced by the caller. The builder is used
    /// up.
    public SegmentMeta write(Directory directory, SegmentId id) throws IOException {
        throw new MillraceException.Bug("skeleton");
    }
}
