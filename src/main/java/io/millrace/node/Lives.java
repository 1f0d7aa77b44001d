package io.millrace.node;

import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.node.OfflineVerbs.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.stream.Stream;

/// The folder of an index in a data folder, which holds those of its incarnations.
final class Lives {
    private final Path path;
    private final Directory directory;

    private Lives(Path path) throws IOException {
        this.path = path;
        this.directory = MmapDirectory.open(path);
    }

    /// Of the incarnation that lies in a folder.
    static Lives of(Path incarnation) throws IOException {
        return new Lives(Objects.requireNonNull(incarnation.toRealPath().getParent()));
    }

    static Lives in(Path data, String index) throws IOException {
        return new Lives(data.resolve(index));
    }

    Path path() {
        return path;
    }

    Directory folder(String incarnation) throws IOException {
        return directory.folder(incarnation);
    }

    void checkEmpty() throws IOException, UsageException {
        try (Stream<Path> entries = Files.list(path)) {
            if (entries.findAny().isPresent()) {
                throw new UsageException(path + " is not empty: delete the index first");
            }
        }
    }

    /// Makes an incarnation the current one: the moment at which it takes the place of any other.
    void enter(String incarnation) throws IOException {
        new CurrentIncarnation(directory).write(incarnation);
    }

    /// Puts the incarnation in the place of an older one, and then the older one aside.
    Path replace(Path older, String incarnation) throws IOException {
        enter(incarnation);
        Path data = Objects.requireNonNull(path.getParent());
        Directory aside = MmapDirectory.open(data).folder(IndexFolders.REPLACED);
        Path kept =
                data.resolve(IndexFolders.REPLACED)
                        .resolve("%s-%s".formatted(path.getFileName(), older.getFileName()));
        Files.move(older.toRealPath(), kept, StandardCopyOption.ATOMIC_MOVE);
        aside.force();
        directory.force();
        return kept;
    }
}
