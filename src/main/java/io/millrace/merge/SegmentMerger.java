package io.millrace.merge;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.document.Schema;
import io.millrace.segment.DocumentPlacement;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.util.List;

/// Writes the live documents of several segments as one.
public final class SegmentMerger {
    private SegmentMerger() {}

    /// Writes, forces and verifies the output; the name is forced by the caller. Whatever is
    /// thrown, the file `output.fileName()` may exist then, incomplete, and is the caller's to
    /// delete; no other file was touched and nothing stays open.
    ///
    /// @param schema of the output: knows every field of the inputs
    /// @param inputs open until this returns
    /// @throws MergeCancelled when the control says so
    /// @throws MillraceException.Corrupt when an input, or the output read back, is not what it
    ///   should be
    public static MergedSegment merge(
            Directory directory,
            SegmentId output,
            Schema schema,
            List<MergeInput> inputs,
            MergeOrder order,
            MergeControl control)
            throws IOException {
        DocumentMap documents =
                order.keys().isEmpty()
                        ? new ConcatenatedDocuments(inputs)
                        : SortedDocuments.of(inputs, schema, order);
        if (documents.documentCount() == 0) {
            throw new MillraceException.Bug("merge of no live document into " + output);
        }
        SegmentBuilder builder = new SegmentBuilder(schema);
        int done = 0;
        for (DocumentPlacement.Walk walk = documents.walk(); walk.next(); ) {
            SegmentReader reader = inputs.get(walk.input()).reader();
            control.checkCancelled();
            for (int document = walk.from(); document < walk.to(); document++) {
                builder.add(
                        reader.key(document),
                        reader.seq(document),
                        builder.analyze(reader.document(document)));
                done++;
            }
            control.progress(done, 0);
        }
        SegmentMeta meta = builder.write(directory, output);
        control.progress(done, meta.lengthBytes());
        return new MergedSegment(meta, documents);
    }
}
