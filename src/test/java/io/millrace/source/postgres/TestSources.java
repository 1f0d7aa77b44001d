package io.millrace.source.postgres;

import io.millrace.testing.Awaiting;
import io.millrace.testing.TestDatabase;

/// How tests reach their database as a source does.
final class TestSources {
    private TestSources() {}

    /// As its superuser, everything made by us.
    static PostgresSettings settings(TestDatabase database, String slot, String publication) {
        return settings(database, database.at().user(), slot, publication, true);
    }

    static PostgresSettings settings(
            TestDatabase database, String user, String slot, String publication, boolean managed) {
        return new PostgresSettings(
                "shop",
                database.at().host(),
                database.at().port(),
                database.name(),
                user,
                database.at().password(),
                SslMode.PREFER,
                null,
                slot,
                publication,
                managed,
                TruncatePolicy.APPLY,
                PostgresSettings.USUAL_WAL_BUDGET_BYTES);
    }

    /// The server takes a moment to see that the reader of a slot is gone.
    static void awaitFree(TestDatabase database, String slot) {
        Awaiting.that(
                "slot free",
                () ->
                        database.rows(
                                        "SELECT 1 FROM pg_replication_slots WHERE active AND slot_name = '%s'"
                                                .formatted(slot))
                                .isEmpty());
    }

    static PostgresConnections connections(TestDatabase database, String slot, String publication) {
        return new PostgresConnections(() -> settings(database, slot, publication));
    }
}
