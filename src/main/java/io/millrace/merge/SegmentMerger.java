package io.millrace.merge;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileOutput;
import io.millrace.document.Schema;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.SegmentRewriter;
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
        SegmentMeta meta;
        long expectedBytes = 1;
        for (MergeInput input : inputs) {
            expectedBytes +=
                    new MergeCandidate(
                                    input.reader().meta(),
                                    (int)
                                            (input.reader().documentCount()
                                                    - (long) input.liveCount()))
                            .liveBytes();
        }
        try (FileOutput file =
                new MergeOutput(
                        directory.create(output.fileName()),
                        control,
                        documents.documentCount(),
                        expectedBytes)) {
            meta =
                    SegmentRewriter.write(
                            file,
                            output,
                            schema,
                            inputs.stream().map(MergeInput::reader).toList(),
                            documents,
                            control::checkCancelled);
        }
        SegmentReader reader = SegmentReader.open(directory, meta);
        boolean checked = false;
        try {
            MergeCheck.check(reader, inputs, documents, control);
            control.progress(documents.documentCount(), meta.lengthBytes());
            checked = true;
            return new MergedSegment(reader, documents);
        } finally {
            if (!checked) {
                reader.close();
            }
        }
    }
}
