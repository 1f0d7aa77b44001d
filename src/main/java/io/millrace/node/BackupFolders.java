package io.millrace.node;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.directory.FileOutput;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.json.Json;
import io.millrace.pipeline.Backups;
import io.millrace.pipeline.RunningIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/// Backups in folders: `<backups>/<index>/<time>-<generation>/`, each an index folder that also
/// holds the definition, in `definition.json`.
///
/// The definition is written first: a backup is whole when it has its commit record, which comes
/// last.
final class BackupFolders implements Backups {
    private static final String DEFINITION = "definition.json";
    private static final int DEFINITION_BYTES_MAX = 1 << 20;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final Path root;
    private final InstantSource clock;

    BackupFolders(Path root, InstantSource clock) {
        this.root = root;
        this.clock = clock;
    }

    @Override
    public Backup take(RunningIndex running) {
        Index index = running.index();
        IndexDefinition definition = running.definition();
        String name =
                "%s-%d".formatted(TIME.format(clock.instant()), index.newestCommit().generation());
        try {
            Directory folder = MmapDirectory.open(root).folder(index.name()).folder(name);
            if (folder.list().contains(DEFINITION)) {
                throw MillraceException.InvalidRequest.conflict(
                        "backup %s of index %s is there already".formatted(name, index.name()));
            }
            try (FileOutput out = folder.create(DEFINITION)) {
                out.write(ByteBuffer.wrap(Json.bytes(definition.origin())));
                out.force();
            }
            return new Backup(index.name() + "/" + name, index.backUp(folder));
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "backup %s of index %s below %s: %s"
                            .formatted(name, index.name(), root, e.getMessage()),
                    e);
        }
    }

    /// The definition that a backup holds; empty for one taken from a folder, without the node.
    ///
    /// @throws MillraceException.Corrupt when it is no definition
    static Optional<Value> definition(Directory backup) throws IOException {
        if (!backup.list().contains(DEFINITION)) {
            return Optional.empty();
        }
        try (FileInput in = backup.open(DEFINITION)) {
            if (in.length() > DEFINITION_BYTES_MAX) {
                throw new MillraceException.Corrupt(
                        "%s/%s has %d bytes, expected at most %d"
                                .formatted(
                                        backup.describe(),
                                        DEFINITION,
                                        in.length(),
                                        DEFINITION_BYTES_MAX));
            }
            byte[] bytes = new byte[Math.toIntExact(in.length())];
            in.readFully(0, ByteBuffer.wrap(bytes));
            return Optional.of(Json.parse(bytes));
        } catch (MillraceException.InvalidRequest e) {
            throw new MillraceException.Corrupt(
                    "%s/%s: %s".formatted(backup.describe(), DEFINITION, e.getMessage()), e);
        }
    }
}
