package io.millrace.rest;

import io.millrace.document.Value.Obj;
import io.millrace.index.IndexCopy;
import io.millrace.pipeline.Backups.Backup;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// What a backup holds.
@Schema(name = "Backup")
record BackupAnswer(
        @Schema(description = "where it lies, below millrace.backups-dir") String backup,
        String incarnation,
        long generation,
        long segments,
        @Schema(description = "visible documents") long documents,
        @Schema(description = "of its files; links take no space") long bytes,
        @Schema(description = "positions up to which its source is read") String checkpoint)
        implements Wire {
    static BackupAnswer of(Backup backup) {
        IndexCopy.Summary summary = backup.summary();
        return new BackupAnswer(
                backup.place(),
                summary.incarnation(),
                summary.generation(),
                summary.segmentCount(),
                summary.documentCount(),
                summary.lengthBytes(),
                summary.checkpoint());
    }

    @Override
    public Obj toValue() {
        return new Members()
                .put("backup", backup)
                .put("incarnation", incarnation)
                .put("generation", generation)
                .put("segments", segments)
                .put("documents", documents)
                .put("bytes", bytes)
                .put("checkpoint", checkpoint)
                .toObj();
    }
}
