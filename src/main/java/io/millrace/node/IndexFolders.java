package io.millrace.node;

import io.millrace.node.OfflineVerbs.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Finds index folders: a folder with commit records, or those one or two levels below (an index, a
/// data folder).
final class IndexFolders {
    private static final int LEVELS = 2;

    /// Where a repair puts what it replaces; names of indexes do not start this way.
    static final String REPLACED = "_replaced";

    private IndexFolders() {}

    /// All index folders in or below a folder, in the order of names.
    static List<Path> below(Path folder) throws IOException, UsageException {
        List<Path> found = new ArrayList<>();
        search(folder, LEVELS, found);
        if (found.isEmpty()) {
            throw new UsageException("no commit record in or below " + folder);
        }
        return found;
    }

    /// The one index folder in or below a folder.
    static Path only(Path folder, String given) throws IOException, UsageException {
        List<Path> found = below(folder);
        if (found.size() > 1) {
            throw new UsageException(
                    "%s holds %d index folders, expected one of %s"
                            .formatted(given, found.size(), found));
        }
        return found.getFirst();
    }

    private static void search(Path folder, int levels, List<Path> found) throws IOException {
        if (hasCommit(folder)) {
            found.add(folder);
            return;
        }
        if (levels == 0) {
            return;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry :
                    entries.filter(Files::isDirectory)
                            .filter(path -> !String.valueOf(path.getFileName()).startsWith("_"))
                            .sorted()
                            .toList()) {
                search(entry, levels - 1, found);
            }
        }
    }

    private static boolean hasCommit(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> String.valueOf(path.getFileName()))
                    .anyMatch(name -> name.matches("c-[0-9]+\\.commit"));
        }
    }
}
