package io.millrace.rest;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.json.Json;
import io.millrace.rest.PushAnswer.LineAnswer;
import io.millrace.rest.PushAnswer.LineStatus;
import io.millrace.source.ChangeLines;
import io.millrace.source.LineReader;
import io.millrace.source.LineReader.Line;
import io.millrace.source.push.PushChangeSource;
import io.millrace.source.push.PushOptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The lines of one request: those that are changes, and what is wrong with the others. Confined to
/// the thread that reads it; immutable afterwards.
final class PushedLines {
    private final List<Change> changes = new ArrayList<>();
    private final List<Read> lines = new ArrayList<>();

    /// - change: index in `changes`, below 0 for a line that is none
    private record Read(long number, int change, String reason) {}

    /// @param in the body; its bytes are counted by whoever made it
    /// @throws InvalidRequest TOO_LARGE when it has too many lines
    static PushedLines read(InputStream in, Schema schema, PushOptions options, long nowMillis)
            throws IOException {
        PushedLines read = new PushedLines();
        ChangeLines parser = new ChangeLines(schema);
        LineReader reader = new LineReader(in, 0, Json.DOCUMENT_BYTES_MAX, LineReader.NO_QUOTES);
        long number = 0;
        for (Line line = reader.next(); line != null; line = reader.next()) {
            number++;
            if (number > options.bodyLinesMax()) {
                throw InvalidRequest.tooLarge(
                        "",
                        "more than %d lines, expected at most millrace.push.body-lines-max = %d"
                                .formatted(options.bodyLinesMax(), options.bodyLinesMax()));
            }
            if (!line.isBlank()) {
                read.add(parser, line, number, nowMillis);
            }
        }
        return read;
    }

    private void add(ChangeLines parser, Line line, long number, long nowMillis) {
        if (line.isTooLong()) {
            refuse(
                    number,
                    "line %d: %d bytes, expected at most %d"
                            .formatted(number, line.lengthBytes(), Json.DOCUMENT_BYTES_MAX));
            return;
        }
        Origin origin = new Origin(PushChangeSource.PARTITION, 0, nowMillis, null, line.bytes());
        try {
            changes.add(parser.parse(line.bytes(), number, origin));
            lines.add(new Read(number, changes.size() - 1, ""));
        } catch (InvalidRequest e) {
            refuse(number, String.valueOf(e.getMessage()));
        }
    }

    private void refuse(long number, String reason) {
        lines.add(new Read(number, -1, reason));
    }

    List<Change> changes() {
        return changes;
    }

    /// What is said before the commit.
    List<LineAnswer> accepted() {
        return answers(null, Map.of());
    }

    /// What is said after it.
    ///
    /// @param first sequence number of the first change
    List<LineAnswer> committed(long first, List<Reject> rejects) {
        Map<Integer, String> reasons = new HashMap<>();
        for (Reject reject : rejects) {
            reasons.put(Math.toIntExact(reject.origin().position() - first), reject.reason());
        }
        return answers(LineStatus.INDEXED, reasons);
    }

    private List<LineAnswer> answers(@Nullable LineStatus done, Map<Integer, String> reasons) {
        List<LineAnswer> answers = new ArrayList<>(lines.size());
        for (Read line : lines) {
            if (line.change() < 0) {
                answers.add(
                        new LineAnswer(line.number(), null, LineStatus.REJECTED, line.reason()));
                continue;
            }
            Change change = changes.get(line.change());
            String reason = reasons.get(line.change());
            LineStatus status =
                    reason != null
                            ? LineStatus.REJECTED
                            : done == null
                                    ? LineStatus.ACCEPTED
                                    : change instanceof Change.Delete ? LineStatus.DELETED : done;
            answers.add(new LineAnswer(line.number(), key(change), status, reason));
        }
        return answers;
    }

    private static @Nullable DocumentKey key(Change change) {
        return change instanceof Change.Keyed keyed ? keyed.key() : null;
    }
}
