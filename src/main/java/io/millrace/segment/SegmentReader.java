package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// One open segment. Immutable and shared; closed by its last user.
public final class SegmentReader implements AutoCloseable {

    /// Verifies every checksum through channel reads, then maps the file.
    ///
    /// @throws MillraceException.Corrupt when the file is not what the meta and its own sums say
    public static SegmentReader open(Directory directory, SegmentMeta meta) throws IOException {
        throw new MillraceException.Bug("skeleton");
    }

    public SegmentMeta meta() {
        throw new MillraceException.Bug("skeleton");
    }

    /// The schema this segment was written with.
    public Schema schema() {
        throw new MillraceException.Bug("skeleton");
    }

    public int documentCount() {
        throw new MillraceException.Bug("skeleton");
    }

    /// The document of a key, deleted or not, or -1.
    public int find(DocumentKey key) {
        throw new MillraceException.Bug("skeleton");
    }

    public DocumentKey key(int document) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Intake number of the change that made the document.
    public long seq(int document) {
        throw new MillraceException.Bug("skeleton");
    }

    public Document document(int document) {
        throw new MillraceException.Bug("skeleton");
    }

    /// The terms of a field, or null when no document of this segment has it.
    public @Nullable TermsReader terms(String path) {
        throw new MillraceException.Bug("skeleton");
    }

    /// The values of an ordered field by document, or null as above.
    public @Nullable ColumnReader column(String path) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Documents and frequencies of a text field, or null as above.
    public @Nullable PostingsReader postings(String path) {
        throw new MillraceException.Bug("skeleton");
    }

    @Override
    public void close() {}
}
