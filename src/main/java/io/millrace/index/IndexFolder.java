package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.DirectoryLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The files of an index as a whole, whether or not it can be opened.
final class IndexFolder {
    private IndexFolder() {}

    /// True when the folder holds a published generation.
    ///
    /// @throws MillraceException.Corrupt when it holds none, and files that only an index with
    ///   generations writes
    static boolean holdsIndex(Directory directory) throws IOException {
        List<String> names = directory.list();
        if (CommitFiles.newest(names).isPresent()) {
            return true;
        }
        checkNeverPublished(directory, names);
        return false;
    }

    /// A creation that was cut off leaves the first record, unpublished, and its schema: whatever
    /// goes further belonged to an index that lost its records. Nothing of it is touched.
    private static void checkNeverPublished(Directory directory, List<String> names) {
        for (String name : names) {
            boolean later =
                    IndexFile.parse(name)
                            .map(file ->
                                    switch (file) {
                                        case IndexFile.Commit _, IndexFile.Content _ -> true;
                                        case IndexFile.Pending(long generation) -> generation > 1;
                                        case IndexFile.SchemaVersion _ -> false;
                                    })
                            .orElse(false);
            if (later) {
                throw new MillraceException.Corrupt(
                        "%s holds %s and no published generation: its commit records are lost"
                                .formatted(directory.describe(), name));
            }
        }
    }

    /// The lock goes last; files of other names stay.
    ///
    /// @throws MillraceException.Fenced when somebody holds the folder
    static void deleteAll(Directory directory) throws IOException {
        DirectoryLock lock = directory.lock();
        try {
            // Records go last, the newest of them at the very end, before the schemas that they
            // need: what is left of a deletion that was cut off still says what it was.
            List<String> content = new ArrayList<>();
            List<String> schemas = new ArrayList<>();
            List<IndexFile.Commit> commits = new ArrayList<>();
            for (String name : directory.list()) {
                IndexFile.parse(name)
                        .ifPresent(file -> {
                            switch (file) {
                                case IndexFile.Commit commit -> commits.add(commit);
                                case IndexFile.SchemaVersion _ -> schemas.add(name);
                                case IndexFile.Pending _, IndexFile.Content _ -> content.add(name);
                            }
                        });
            }
            commits.sort(Comparator.comparingLong(IndexFile.Commit::generation));
            for (String name : content) {
                directory.delete(name);
            }
            for (IndexFile.Commit commit : commits) {
                directory.delete(commit.name());
            }
            for (String name : schemas) {
                directory.delete(name);
            }
            directory.force();
            if (directory.list().contains(IndexFile.LOCK)) {
                directory.delete(IndexFile.LOCK);
            }
        } finally {
            lock.close();
        }
    }
}
