package io.millrace.index;

import io.millrace.directory.Directory;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Names of files that nobody needs, until they are gone. Deleting one may fail: it is tried again
/// at the next run, and at the latest when the index is opened.
final class FileSweep {
    private static final Logger LOG = System.getLogger(FileSweep.class.getName());

    private final Directory directory;

    /// Guarded by itself.
    private final Set<String> discarded = new LinkedHashSet<>();

    FileSweep(Directory directory) {
        this.directory = directory;
    }

    void discard(String file) {
        synchronized (discarded) {
            discarded.add(file);
        }
    }

    /// The name is about to be used again.
    void keep(String file) {
        synchronized (discarded) {
            discarded.remove(file);
        }
    }

    void run() {
        List<String> names;
        synchronized (discarded) {
            names = List.copyOf(discarded);
        }
        for (String name : names) {
            try {
                directory.delete(name);
                keep(name);
            } catch (NoSuchFileException e) {
                keep(name);
            } catch (IOException e) {
                LOG.log(Level.WARNING, () -> "delete failed, tried again later file=" + name, e);
            }
        }
    }
}
