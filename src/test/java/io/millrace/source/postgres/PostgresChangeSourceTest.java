package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What the log of a real server becomes.
class PostgresChangeSourceTest {

    @Test
    void insertUpdateAndDeleteArriveAsTheyWereCommitted() {
        try (var source =
                FollowedSource.of("rows", "CREATE TABLE t (id int PRIMARY KEY, name text)")) {
            // Given
            var index = source.follow("t");

            // When
            source.database.execute(
                    "INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, NULL)",
                    "UPDATE t SET name = 'zwei' WHERE id = 2",
                    "DELETE FROM t WHERE id = 1");

            // Then
            assertEquals(
                    List.of("{\"id\":2,\"name\":\"zwei\"}", "{\"id\":3,\"name\":null}"),
                    index.catchUp().documents());
            assertEquals(List.of(), index.rejects());
        }
    }
}
