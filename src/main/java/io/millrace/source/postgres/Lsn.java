package io.millrace.source.postgres;

import io.millrace.MillraceException.InvalidRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A position in Postgres' log as people write it: `16/B374D848`, two halves of 32 bits in
/// hexadecimal.
public final class Lsn {
    private static final Pattern TEXT = Pattern.compile("([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})");

    private Lsn() {}

    public static String text(long lsn) {
        return "%X/%X".formatted((int) (lsn >>> 32), (int) lsn);
    }

    /// @throws InvalidRequest MALFORMED when the text is no position
    public static long parse(String text) {
        Matcher halves = TEXT.matcher(text);
        if (!halves.matches()) {
            throw InvalidRequest.malformed(
                    "",
                    "'%s' is no position in a log, expected one like 16/B374D848".formatted(text));
        }
        return (Long.parseLong(halves.group(1), 16) << 32) | Long.parseLong(halves.group(2), 16);
    }
}
