package io.millrace.catalog;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.directory.FileOutput;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Definitions in a folder of write-once files, one file per version of a definition:
/// `<index>.<version>.json`, the highest version counts.
///
/// A version is written under another name, forced, then linked to its own: a file that is named
/// `.json` is whole. Guarded by its owner's lock.
final class DefinitionStore {
    static final int DEFINITION_BYTES_MAX = 1 << 20;

    private static final System.Logger LOG = System.getLogger(DefinitionStore.class.getName());
    private static final Pattern FILE = Pattern.compile("(.+)\\.([0-9]{1,18})\\.(json|new)");

    private final Directory folder;
    private final Map<String, Long> newestVersions = new TreeMap<>();

    /// Lists the folder and removes what a crash or an earlier version left behind.
    DefinitionStore(Directory folder) throws IOException {
        this.folder = folder;
        List<String> files = folder.list();
        for (String file : files) {
            Matcher matcher = FILE.matcher(file);
            if (matcher.matches() && matcher.group(3).equals("json")) {
                newestVersions.merge(matcher.group(1), Long.parseLong(matcher.group(2)), Math::max);
            }
        }
        boolean removed = false;
        for (String file : files) {
            Matcher matcher = FILE.matcher(file);
            if (matcher.matches() && !file.equals(currentFile(matcher.group(1)))) {
                folder.delete(file);
                removed = true;
            }
        }
        if (removed) {
            folder.force();
        }
    }

    List<String> names() {
        return List.copyOf(newestVersions.keySet());
    }

    /// @throws MillraceException.Corrupt when the file is not what was written
    Value read(String name) throws IOException {
        String file = currentFile(name);
        try {
            return Json.parse(bytesOf(folder, file));
        } catch (MillraceException.InvalidRequest e) {
            throw new MillraceException.Corrupt(
                    folder.describe() + "/" + file + ": " + e.getMessage(), e);
        }
    }

    /// Durable when it returns.
    void write(String name, Value definition) throws IOException {
        long version = newestVersions.getOrDefault(name, 0L) + 1;
        String written = name + "." + version + ".new";
        String file = name + "." + version + ".json";
        if (folder.list().contains(written)) {
            folder.delete(written);
        }
        try (FileOutput out = folder.create(written)) {
            out.write(ByteBuffer.wrap(Json.bytes(definition)));
            out.force();
        }
        folder.link(file, written);
        folder.force();
        newestVersions.put(name, version);
        removeLeftover(written);
        if (version > 1) {
            removeLeftover(name + "." + (version - 1) + ".json");
        }
    }

    /// No definition of the name is left, of whatever version: an older one must not come back when
    /// what hides it is removed. Durable when it returns.
    void remove(String name) throws IOException {
        for (String file : folder.list()) {
            Matcher matcher = FILE.matcher(file);
            if (matcher.matches() && matcher.group(1).equals(name)) {
                folder.delete(file);
            }
        }
        folder.force();
        newestVersions.remove(name);
    }

    /// Not forced, and a failure is no harm: what stays is removed when the folder is opened.
    private void removeLeftover(String file) {
        try {
            folder.delete(file);
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "definition file left behind: {0}/{1}: {2}",
                    folder.describe(),
                    file,
                    e.getMessage());
        }
    }

    /// The bytes of a whole file, bounded.
    static byte[] bytesOf(Directory folder, String file) throws IOException {
        try (FileInput input = folder.open(file)) {
            if (input.length() > DEFINITION_BYTES_MAX) {
                throw MillraceException.InvalidRequest.tooLarge(
                        "",
                        "definition of %d bytes, expected at most %d"
                                .formatted(input.length(), DEFINITION_BYTES_MAX));
            }
            byte[] bytes = new byte[Math.toIntExact(input.length())];
            input.readFully(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }

    private String currentFile(String name) {
        return name + "." + newestVersions.getOrDefault(name, 0L) + ".json";
    }
}
