package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.sql.SQLException;

/// The database's exceptions as ours, by what there is to do about them. Stateless.
final class PostgresFailures {
    /// `SQLSTATE` of a slot that somebody reads, and of other things in use.
    private static final String OBJECT_IN_USE = "55006";

    private PostgresFailures() {}

    /// Everything the server says passes by itself or with the help of an operator, and is tried
    /// again.
    static MillraceException of(PostgresSettings settings, SQLException failure) {
        String state = failure.getSQLState();
        String reason = reason(failure);
        String message =
                OBJECT_IN_USE.equals(state)
                        ? "somebody else reads slot %s of database %s: %s"
                                .formatted(settings.slot(), settings.place(), reason)
                        : "database %s: %s".formatted(settings.place(), reason);
        return new MillraceException.Unavailable(message, failure);
    }

    /// One line, with the hint of the server.
    private static String reason(SQLException failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause().getMessage() != null) {
            deepest = deepest.getCause();
        }
        String first = String.valueOf(failure.getMessage()).strip().replaceAll("\\s*\\R\\s*", "; ");
        return deepest == failure
                ? first
                : "%s (%s: %s)"
                        .formatted(first, deepest.getClass().getSimpleName(), deepest.getMessage());
    }
}
