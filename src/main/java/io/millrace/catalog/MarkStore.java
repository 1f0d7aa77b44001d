package io.millrace.catalog;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileOutput;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What was asked of an index (or is known of a source) and must outlive the process, as files
/// `<index>.<mark>` beside the definitions: there or not there, never changed in place.
///
/// A mark is written under another name, forced, then linked to its own: one that is there is
/// whole. Guarded by its owner's lock.
final class MarkStore {

    enum Mark {
        /// Somebody stopped the reading.
        PAUSED,
        /// Another incarnation is built beside the one that serves.
        REBUILD,
        /// The index is to be deleted, or is deleted by half.
        DELETED,
        /// Which life of a source this is.
        INCARNATION;

        String fileName(String index) {
            return index + "." + name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Directory folder;

    MarkStore(Directory folder) {
        this.folder = folder;
    }

    /// Names of the indexes that carry the mark.
    Set<String> names(Mark mark) throws IOException {
        String ending = mark.fileName("");
        Set<String> names = new TreeSet<>();
        for (String file : folder.list()) {
            if (file.endsWith(ending)) {
                names.add(file.substring(0, file.length() - ending.length()));
            }
        }
        return names;
    }

    /// @throws MillraceException.Corrupt when the file is not what was written
    Optional<Value> read(String index, Mark mark) throws IOException {
        String file = mark.fileName(index);
        if (!folder.list().contains(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.parse(DefinitionStore.bytesOf(folder, file)));
        } catch (MillraceException.InvalidRequest e) {
            throw new MillraceException.Corrupt(
                    folder.describe() + "/" + file + ": " + e.getMessage(), e);
        }
    }

    /// Durable when it returns. A mark that is there stays as it is.
    void set(String index, Mark mark, Value content) throws IOException {
        String file = mark.fileName(index);
        String written = file + ".new";
        List<String> files = folder.list();
        if (files.contains(written)) {
            folder.delete(written);
        }
        if (!files.contains(file)) {
            try (FileOutput out = folder.create(written)) {
                out.write(ByteBuffer.wrap(Json.bytes(content)));
                out.force();
            }
            folder.link(file, written);
        }
        // Also when it was there: whoever set it may have died before this.
        folder.force();
        if (folder.list().contains(written)) {
            folder.delete(written);
        }
    }

    /// Durable when it returns; nothing happens when there is no such mark.
    void remove(String index, Mark mark) throws IOException {
        String file = mark.fileName(index);
        for (String name : folder.list()) {
            if (name.equals(file) || name.equals(file + ".new")) {
                folder.delete(name);
            }
        }
        folder.force();
    }
}
