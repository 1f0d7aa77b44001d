package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A generated column is in a document whether its row was copied or came with the log, or in none.
class GeneratedColumnTest {
    private static final String TABLE =
            "CREATE TABLE t (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)";

    @Test
    void aGeneratedColumnThatTheLogDoesNotHoldIsNotCopiedEither() {
        try (var source = FollowedSource.of("ungenerated", TABLE, "INSERT INTO t VALUES (1, 1)")) {
            change(source, "{\"id\":1,\"n\":1}", "{\"id\":1,\"n\":2}", "{\"id\":2,\"n\":5}");
        }
    }

    @Test
    void aStoredColumnThatIsPublishedIsLikeAnyOther() {
        try (var source = FollowedSource.of("generated", TABLE, "INSERT INTO t VALUES (1, 1)")) {
            assumeTrue(isFrom18(source), "older servers do not log generated columns");
            source.database.execute(
                    "ALTER PUBLICATION millrace SET (publish_generated_columns = stored)");
            change(
                    source,
                    "{\"id\":1,\"n\":1,\"twice\":2}",
                    "{\"id\":1,\"n\":2,\"twice\":4}",
                    "{\"id\":2,\"n\":5,\"twice\":10}");
        }
    }

    @Test
    void aVirtualColumnIsLeftOut() {
        try (var source = FollowedSource.of("virtual")) {
            assumeTrue(isFrom18(source), "older servers have no virtual columns");
            source.database.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, n int, more int GENERATED ALWAYS AS (n + 1) VIRTUAL)",
                    "INSERT INTO t VALUES (1, 1)",
                    "ALTER PUBLICATION millrace SET (publish_generated_columns = stored)");
            change(source, "{\"id\":1,\"n\":1}", "{\"id\":1,\"n\":2}", "{\"id\":2,\"n\":5}");
        }
    }

    private static void change(
            FollowedSource source, String copied, String updated, String inserted) {
        var index = source.copy("t");
        assertEquals(List.of(copied), index.catchUp().documents());

        source.database.execute("UPDATE t SET n = 2", "INSERT INTO t VALUES (2, 5)");

        assertEquals(List.of(updated, inserted), index.catchUp().documents());
        assertEquals(List.of(), index.rejects());
    }

    private static boolean isFrom18(FollowedSource source) {
        return Integer.parseInt(source.database.value("SHOW server_version_num")) >= 180_000;
    }
}
