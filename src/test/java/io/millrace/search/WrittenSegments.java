package io.millrace.search;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Segments of documents whose keys are numbers that rise, without an index around them.
final class WrittenSegments implements AutoCloseable {
    private final Path folder;
    private final Schema schema;
    private final List<SegmentReader> readers = new ArrayList<>();

    WrittenSegments(Path folder, Schema schema) {
        this.folder = folder;
        this.schema = schema;
    }

    /// @param key of the first document
    SegmentReader write(long key, Stream<Value.Obj> documents) {
        SegmentBuilder builder = new SegmentBuilder(schema);
        long[] next = {key};
        documents.forEach(each -> {
            builder.add(DocumentKey.of(next[0]), next[0], builder.analyze(Document.of(each)));
            next[0]++;
        });
        try {
            MmapDirectory directory = MmapDirectory.open(Files.createTempDirectory(folder, "s"));
            SegmentId id = new SegmentId("%026d".formatted(readers.size()));
            SegmentReader reader = SegmentReader.open(directory, builder.write(directory, id));
            readers.add(reader);
            return reader;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        readers.forEach(SegmentReader::close);
    }
}
