package io.millrace.index;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file name of an index folder, taken apart. Names that are not exactly of these forms are
/// foreign: never read, never deleted.
///
/// ```
/// c-<generation>.commit    a published generation: the root
/// c-<generation>.pending   the same bytes before publication
/// s-<ulid>.seg             a segment
/// d-<ulid>.dv              the delete vectors that one commit changed
/// r-<ulid>.rejects         what one lane rejected in one commit
/// m-<version>.schema       a schema that is too large for a commit record
/// lock                     of the folder
/// ```
sealed interface IndexFile {
    record Commit(long generation) implements IndexFile {
        String name() {
            return "c-" + generation + ".commit";
        }
    }

    record Pending(long generation) implements IndexFile {
        String name() {
            return "c-" + generation + ".pending";
        }
    }

    record SchemaVersion(int version) implements IndexFile {
        String name() {
            return "m-" + version + ".schema";
        }
    }

    /// A segment, delete vector or rejects file: there because a commit record names it.
    record Content(String name) implements IndexFile {
        boolean isRejects() {
            return name.startsWith("r-");
        }
    }

    String LOCK = "lock";

    Pattern COMMIT = Pattern.compile("c-([1-9][0-9]{0,17})\\.(commit|pending)");
    String ULID = "[0-9A-HJKMNP-TV-Z]{26}";
    Pattern CONTENT =
            Pattern.compile("s-%s\\.seg|d-%s\\.dv|r-%s\\.rejects".formatted(ULID, ULID, ULID));

    Pattern SCHEMA = Pattern.compile("m-([1-9][0-9]{0,8})\\.schema");

    static Optional<IndexFile> parse(String name) {
        Matcher schema = SCHEMA.matcher(name);
        if (schema.matches()) {
            return Optional.of(new SchemaVersion(Integer.parseInt(schema.group(1))));
        }
        Matcher commit = COMMIT.matcher(name);
        if (commit.matches()) {
            long generation = Long.parseLong(commit.group(1));
            return Optional.of(
                    commit.group(2).equals("commit")
                            ? new Commit(generation)
                            : new Pending(generation));
        }
        return CONTENT.matcher(name).matches() ? Optional.of(new Content(name)) : Optional.empty();
    }

    static String deleteVectors(String ulid) {
        return "d-" + ulid + ".dv";
    }

    static String rejects(String ulid) {
        return "r-" + ulid + ".rejects";
    }
}
