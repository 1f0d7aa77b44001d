package io.millrace.source.file;

import io.millrace.change.SourcePartition;
import io.millrace.document.Schema;
import java.nio.file.Path;

/// Which file feeds which index, and how its lines become documents.
///
/// - index: names the thread
/// - folder: the node's folder of files; nothing outside of it is read
/// - path: below the folder
/// - csv: records with a header and this delimiter, else NDJSON
public record FileBinding(
        String index, Path folder, String path, boolean csv, char delimiter, Schema schema) {
    SourcePartition partition() {
        return new SourcePartition(path, 0);
    }
}
