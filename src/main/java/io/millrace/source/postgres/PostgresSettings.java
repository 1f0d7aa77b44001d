package io.millrace.source.postgres;

import org.jspecify.annotations.Nullable;

/// Where the database of a source is and how it is read. Immutable; never shown with its password.
///
/// - source: name of the source definition
/// - password: null where the server asks for none, or its own files tell
/// - sslRootCert: file of the authority that the server's certificate must come from, null for none
/// - slot, publication: their names in the database
/// - managed: slot and publication are made, extended and dropped by us; else by somebody else
/// - walBudgetBytes: how much log an index that does not read may hold back
public record PostgresSettings(
        String source,
        String host,
        int port,
        String database,
        String user,
        @Nullable String password,
        SslMode sslMode,
        @Nullable String sslRootCert,
        String slot,
        String publication,
        boolean managed,
        TruncatePolicy truncate,
        long walBudgetBytes) {
    public static final int USUAL_PORT = 5432;
    public static final long USUAL_WAL_BUDGET_BYTES = 10L << 30;

    /// The same, but for what becomes of an index whose table is truncated.
    PostgresSettings with(TruncatePolicy policy) {
        return new PostgresSettings(
                source,
                host,
                port,
                database,
                user,
                password,
                sslMode,
                sslRootCert,
                slot,
                publication,
                managed,
                policy,
                walBudgetBytes);
    }

    /// For messages: `shop on db.example.com:5432`.
    public String place() {
        return "%s on %s:%d".formatted(database, host, port);
    }

    @Override
    public String toString() {
        return "source %s: %s as %s, slot %s, publication %s"
                .formatted(source, place(), user, slot, publication);
    }
}
