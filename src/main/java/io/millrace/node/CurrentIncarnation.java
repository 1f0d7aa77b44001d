package io.millrace.node;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.directory.FileOutput;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/// Which incarnation of an index is the current one: files `current.<n>` in the folder of the
/// index, of which the highest counts and holds the incarnation's name.
///
/// Written under another name, forced, then linked: that link, forced, is the moment at which one
/// incarnation takes the place of another.
final class CurrentIncarnation {
    private static final Logger LOG = System.getLogger(CurrentIncarnation.class.getName());
    private static final Pattern FILE = Pattern.compile("current\\.([1-9][0-9]{0,17})(\\.new)?");
    private static final Pattern INCARNATION = Pattern.compile("[0-9a-f]{16}");
    private static final int INCARNATION_CHARS = 16;

    private final Directory lives;

    /// @param lives the folder of the index, which holds those of its incarnations
    CurrentIncarnation(Directory lives) {
        this.lives = lives;
    }

    /// True for a folder name that is one of ours.
    static boolean isIncarnation(String folder) {
        return INCARNATION.matcher(folder).matches();
    }

    /// @throws MillraceException.Corrupt when the file is not what was written
    Optional<String> read() throws IOException {
        OptionalLong newest = newest();
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        // Whoever wrote it may have died before this.
        lives.force();
        String file = "current." + newest.getAsLong();
        try (FileInput input = lives.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate(INCARNATION_CHARS);
            if (input.length() == INCARNATION_CHARS) {
                input.readFully(0, bytes);
            }
            String read = new String(bytes.array(), StandardCharsets.US_ASCII);
            if (!isIncarnation(read)) {
                throw new MillraceException.Corrupt(
                        "%s/%s holds %d bytes, expected 16 hexadecimal digits"
                                .formatted(lives.describe(), file, input.length()));
            }
            return Optional.of(read);
        }
    }

    /// Durable when it returns.
    void write(String incarnation) throws IOException {
        long version = newest().orElse(0) + 1;
        String file = "current." + version;
        String written = file + ".new";
        if (lives.list().contains(written)) {
            lives.delete(written);
        }
        try (FileOutput out = lives.create(written)) {
            out.write(ByteBuffer.wrap(incarnation.getBytes(StandardCharsets.US_ASCII)));
            out.force();
        }
        lives.link(file, written);
        lives.force();
        try {
            deleteBelow(version);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "older files stay: " + lives.describe(), e);
        }
    }

    /// Removes all of it, the newest last.
    void delete() throws IOException {
        OptionalLong newest = newest();
        deleteBelow(newest.orElse(Long.MAX_VALUE));
        if (newest.isPresent()) {
            lives.delete("current." + newest.getAsLong());
        }
    }

    /// And every file that was not linked.
    private void deleteBelow(long version) throws IOException {
        for (String name : lives.list()) {
            Matcher file = FILE.matcher(name);
            if (file.matches()
                    && (file.group(2) != null || Long.parseLong(file.group(1)) < version)) {
                lives.delete(name);
            }
        }
    }

    private OptionalLong newest() throws IOException {
        return lives.list().stream()
                .map(FILE::matcher)
                .filter(file -> file.matches() && file.group(2) == null)
                .flatMapToLong(file -> LongStream.of(Long.parseLong(file.group(1))))
                .max();
    }
}
