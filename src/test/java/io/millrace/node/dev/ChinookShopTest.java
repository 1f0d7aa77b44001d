package io.millrace.node.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.Awaiting;
import io.millrace.testing.TestDatabase;
import io.millrace.testing.TestPostgres;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChinookShopTest {
    private static final int STEPS = 400;

    @Test
    void theTablesAreLoadedOnce() throws SQLException {
        TestDatabase shop = TestPostgres.database("chinook");
        try (var connection = shop.connect()) {
            assertTrue(Chinook.load(connection));
            assertFalse(Chinook.load(connection));
        }
        assertEquals("3503", shop.value("SELECT count(*) FROM track"));
        assertEquals("8715", shop.value("SELECT count(*) FROM playlist_track"));
        assertEquals("2240", shop.value("SELECT count(*) FROM invoice_line"));
        assertEquals("29", shop.value("SELECT count(*) FROM customer WHERE state IS NULL"));
        assertEquals("350", shop.value("SELECT count(lyrics) FROM track"));
        assertEquals(
                "0", shop.value("SELECT count(*) FROM track WHERE octet_length(lyrics) <= 8192"));
    }

    @Test
    void aSeedAndANumberOfStepsTellEveryRow() throws SQLException {
        TestDatabase one = after(7, STEPS, STEPS);
        TestDatabase cutOff = after(7, STEPS, 13);
        TestDatabase other = after(8, STEPS, STEPS);

        assertEquals(rows(one), rows(cutOff));
        assertNotEquals(rows(one), rows(other));
        assertEquals("" + STEPS, one.value("SELECT step FROM shop_step"));
    }

    @Test
    void businessGoesOnUntilItIsClosed() throws SQLException {
        TestDatabase shop = after(1, 0, 1);
        try (var _ = ShopTraffic.start(shop.at(), 1, 1_000)) {
            Awaiting.that(
                    "steps are made",
                    () -> Long.parseLong(shop.value("SELECT step FROM shop_step")) > 3);
            // A session that is cut off is not the end.
            shop.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
            long cutAt = Long.parseLong(shop.value("SELECT step FROM shop_step"));
            Awaiting.that(
                    "it goes on",
                    () -> Long.parseLong(shop.value("SELECT step FROM shop_step")) > cutAt);
        }
        var closedAt = shop.value("SELECT step FROM shop_step");
        assertEquals(closedAt, shop.value("SELECT step FROM shop_step"));
        Awaiting.that(
                "its session is over",
                () ->
                        shop.value(
                                        "SELECT count(*) FROM pg_stat_activity"
                                                + " WHERE datname = current_database()"
                                                + " AND pid <> pg_backend_pid()")
                                .equals("0"));
    }

    /// A new shop with so many steps made, on a new connection after each few.
    private static TestDatabase after(long seed, int steps, int stepsPerConnection)
            throws SQLException {
        TestDatabase shop = TestPostgres.database("chinook");
        try (var connection = shop.connect()) {
            Chinook.load(connection);
        }
        for (long made = 0; made < steps; ) {
            try (var connection = shop.connect()) {
                var business = new ChinookShop(seed);
                for (int i = 0; i < stepsPerConnection && made < steps; i++) {
                    made = business.step(connection);
                }
            }
        }
        return shop;
    }

    /// Every row of every table that is changed.
    private static List<String> rows(TestDatabase shop) {
        List<String> rows = new ArrayList<>();
        for (var table : List.of("track", "customer", "invoice", "invoice_line", "wishlist")) {
            for (var row : shop.rows("SELECT t FROM %s t ORDER BY 1".formatted(table))) {
                rows.add(table + row);
            }
        }
        return rows;
    }
}
