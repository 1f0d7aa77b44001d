package io.millrace.catalog;

import io.millrace.document.Value;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations (`200ms`, `1s`, `5m`, `1h`) and sizes (`64MiB`, `10MB`, or bytes as a number) of
/// definitions.
final class Quantity {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(B|kB|KiB|MB|MiB|GB|GiB)");

    private Quantity() {}

    static Duration duration(DefinitionNode node, Duration least, Duration most) {
        String expected =
                "a duration from %s to %s such as 200ms, 1s or 5m"
                        .formatted(written(least), written(most));
        if (!(node.value() instanceof Value.Text(String text))) {
            throw node.expected(expected);
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw node.expected(expected);
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration duration =
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    default -> Duration.ofHours(amount);
                };
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw node.expected(expected);
        }
        return duration;
    }

    static long count(DefinitionNode node, long least, long most) {
        if (node.value() instanceof Value.Int(long count) && count >= least && count <= most) {
            return count;
        }
        throw node.expected("a whole number from %d to %d".formatted(least, most));
    }

    static long bytes(DefinitionNode node, long least, long most) {
        long bytes =
                switch (node.value()) {
                    case Value.Int(long number) -> number;
                    case Value.Text(String text) -> parsedBytes(text);
                    default -> -1;
                };
        if (bytes < least || bytes > most) {
            throw node.expected(
                    "a size from %d to %d bytes such as 64MiB or 10MB".formatted(least, most));
        }
        return bytes;
    }

    /// -1 when the text is no size.
    private static long parsedBytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            return -1;
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "B" -> amount;
            case "kB" -> amount * 1_000;
            case "KiB" -> amount << 10;
            case "MB" -> amount * 1_000_000;
            case "MiB" -> amount << 20;
            case "GB" -> amount * 1_000_000_000;
            default -> amount << 30;
        };
    }

    private static String written(Duration duration) {
        if (duration.toMillisPart() > 0) {
            return duration.toMillis() + "ms";
        }
        return duration.toSeconds() < 60
                ? duration.toSeconds() + "s"
                : duration.toMinutes() < 60 ? duration.toMinutes() + "m" : duration.toHours() + "h";
    }
}
