package io.millrace.segment;

import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/// The sections of a segment file as bytes.
public final class SegmentSections {
    private SegmentSections() {}

    /// By kind and field. Without the stored documents, which may be cut into blocks in many ways.
    public static Map<String, ByteBuffer> indexed(Directory directory, SegmentMeta meta)
            throws IOException {
        Map<String, ByteBuffer> sections = new TreeMap<>();
        try (FileInput in = directory.open(meta.id().fileName())) {
            for (SegmentLayout.Section section : SegmentFooter.verify(directory, meta).sections()) {
                if (section.kind() != SegmentLayout.Kind.DOCUMENTS.code) {
                    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(section.length()));
                    in.readFully(section.offset(), bytes);
                    sections.put(
                            "kind %d of field %d".formatted(section.kind(), section.field()),
                            bytes.flip());
                }
            }
        }
        return sections;
    }
}
