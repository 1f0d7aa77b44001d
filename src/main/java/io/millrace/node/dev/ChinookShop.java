package io.millrace.node.dev;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// The business of the [Chinook] music store: each step is one transaction, as a shop would make
/// it.
///
/// What a step does depends on the seed, on its number and on the rows only, and its number is kept
/// in the database, in the same transaction. So two shops with one seed are equal after the same
/// number of steps, however often either was killed on the way.
///
/// Not for several threads.
public final class ChinookShop {
    /// What a step may be; the weights are out of their sum.
    private enum Kind {
        /// New prices for a few tracks, half of them with lyrics, which are not sent again.
        PRICES(34),
        /// An invoice with its lines, and its total at last.
        SALE(30),
        /// The oldest invoices and their lines go.
        CLEARING(18),
        /// Another address, or a company more or less.
        CUSTOMER(10),
        /// A track is wished for, or no longer.
        WISH(12),
        /// Nobody wishes for anything any more.
        TRUNCATE(1),
        /// Lyrics are written anew, or lost.
        LYRICS(3),
        /// A track comes, with lyrics.
        RELEASE(3),
        /// The oldest track that came goes.
        WITHDRAWAL(2),
        /// An invoice gets another number, and its lines with it.
        RENUMBER(2),
        /// A sale that is rolled back.
        REGRET(2);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }

        static Kind of(RandomGenerator random) {
            int sum = 0;
            for (var kind : values()) {
                sum += kind.weight;
            }
            int drawn = random.nextInt(sum);
            for (var kind : values()) {
                drawn -= kind.weight;
                if (drawn < 0) {
                    return kind;
                }
            }
            throw new AssertionError("weights of steps");
        }
    }

    private static final int CUSTOMERS = 59;

    private final long seed;

    public ChinookShop(long seed) {
        this.seed = seed;
    }

    /// Makes the next step and commits it.
    ///
    /// @param connection to a database that [Chinook] is loaded into, and of nobody else
    /// @return how many steps the shop has made
    public long step(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            long step = number(connection, "SELECT step FROM shop_step FOR UPDATE") + 1;
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom")
                            .create(seed * 0x9E3779B97F4A7C15L + step);
            var kind = Kind.of(random);
            make(kind, connection, step, random);
            if (kind == Kind.REGRET) {
                connection.rollback();
            }
            update(connection, "UPDATE shop_step SET step = ?", step);
            connection.commit();
            return step;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static void make(Kind kind, Connection shop, long step, RandomGenerator random)
            throws SQLException {
        switch (kind) {
            case PRICES -> changePrices(shop, random);
            case SALE, REGRET -> sell(shop, step, random);
            case CLEARING -> clear(shop, random);
            case CUSTOMER -> changeCustomer(shop, step, random);
            case WISH -> wish(shop, step, random);
            case TRUNCATE -> update(shop, "TRUNCATE wishlist");
            case LYRICS -> rewriteLyrics(shop, step, random);
            case RELEASE -> release(shop, step, random);
            case WITHDRAWAL ->
                    update(
                            shop,
                            "DELETE FROM track WHERE track_id ="
                                    + " (SELECT min(track_id) FROM track WHERE track_id > ?)",
                            Chinook.TRACKS);
            case RENUMBER ->
                    update(
                            shop,
                            "UPDATE invoice SET invoice_id = (SELECT max(invoice_id) + 1 FROM invoice)"
                                    + " WHERE invoice_id ="
                                    + " (SELECT min(invoice_id) FROM invoice WHERE invoice_id >= ?)",
                            random.nextInt(
                                    (int) number(shop, "SELECT max(invoice_id) FROM invoice")));
        }
    }

    private static void changePrices(Connection shop, RandomGenerator random) throws SQLException {
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            int track = track(random);
            if (random.nextBoolean()) {
                track = withLyrics(track);
            }
            update(
                    shop,
                    "UPDATE track SET unit_price = ?::numeric / 100 WHERE track_id = ?",
                    49 + 10 * random.nextInt(20),
                    track);
        }
    }

    private static void sell(Connection shop, long step, RandomGenerator random)
            throws SQLException {
        long invoice = number(shop, "SELECT coalesce(max(invoice_id), 0) + 1 FROM invoice");
        update(
                shop,
                "INSERT INTO invoice SELECT ?, customer_id,"
                        + " timestamp '2026-01-01' + ? * interval '1 minute',"
                        + " address, city, state, country, postal_code, 0"
                        + " FROM customer WHERE customer_id = ?",
                invoice,
                step,
                customer(random));
        for (int i = random.nextInt(1, 7); i > 0; i--) {
            update(
                    shop,
                    "INSERT INTO invoice_line SELECT"
                            + " (SELECT coalesce(max(invoice_line_id), 0) + 1 FROM invoice_line),"
                            + " ?, track_id, unit_price, ? FROM track WHERE track_id = ?",
                    invoice,
                    random.nextInt(1, 4),
                    track(random));
        }
        update(
                shop,
                "UPDATE invoice SET total = (SELECT sum(unit_price * quantity) FROM invoice_line"
                        + " WHERE invoice_id = ?) WHERE invoice_id = ?",
                invoice,
                invoice);
    }

    private static void clear(Connection shop, RandomGenerator random) throws SQLException {
        for (int i = random.nextInt(1, 3); i > 0; i--) {
            long oldest = number(shop, "SELECT coalesce(min(invoice_id), 0) FROM invoice");
            // Some stay, so that there is something to number anew.
            if (number(shop, "SELECT count(*) FROM invoice") > 10) {
                update(shop, "DELETE FROM invoice_line WHERE invoice_id = ?", oldest);
                update(shop, "DELETE FROM invoice WHERE invoice_id = ?", oldest);
            }
        }
    }

    private static void changeCustomer(Connection shop, long step, RandomGenerator random)
            throws SQLException {
        var change =
                switch (random.nextInt(3)) {
                    case 0 -> "company = NULL, fax = NULL";
                    case 1 -> "company = 'Company ' || ?::text";
                    default -> "address = ?::text || ' Mill Lane', state = NULL, postal_code = ''";
                };
        if (change.contains("?")) {
            update(
                    shop,
                    "UPDATE customer SET " + change + " WHERE customer_id = ?",
                    step,
                    customer(random));
        } else {
            update(
                    shop,
                    "UPDATE customer SET " + change + " WHERE customer_id = ?",
                    customer(random));
        }
    }

    private static void wish(Connection shop, long step, RandomGenerator random)
            throws SQLException {
        if (random.nextInt(4) == 0) {
            update(shop, "DELETE FROM wishlist WHERE customer_id = ?", customer(random));
        } else {
            update(
                    shop,
                    "INSERT INTO wishlist VALUES (?, ?, 'since step ' || ?::text)"
                            + " ON CONFLICT (customer_id, track_id) DO UPDATE SET note = NULL",
                    customer(random),
                    track(random),
                    step);
        }
    }

    private static void rewriteLyrics(Connection shop, long step, RandomGenerator random)
            throws SQLException {
        try (var update = shop.prepareStatement("UPDATE track SET lyrics = ? WHERE track_id = ?")) {
            update.setString(1, random.nextInt(4) == 0 ? null : Lyrics.of(-step));
            update.setInt(2, withLyrics(track(random)));
            update.executeUpdate();
        }
    }

    private static void release(Connection shop, long step, RandomGenerator random)
            throws SQLException {
        try (var insert =
                shop.prepareStatement(
                        "INSERT INTO track SELECT (SELECT max(track_id) + 1 FROM track),"
                                + " name || ' (take ' || ? || ')', album_id, media_type_id,"
                                + " genre_id, composer, milliseconds, bytes, unit_price, ?"
                                + " FROM track WHERE track_id = ?")) {
            insert.setLong(1, step);
            insert.setString(2, Lyrics.of(-step));
            insert.setInt(3, track(random));
            insert.executeUpdate();
        }
    }

    private static int track(RandomGenerator random) {
        return random.nextInt(1, Chinook.TRACKS + 1);
    }

    private static int withLyrics(int track) {
        return Math.max(Chinook.LYRICS_EVERY, track - track % Chinook.LYRICS_EVERY);
    }

    private static int customer(RandomGenerator random) {
        return random.nextInt(1, CUSTOMERS + 1);
    }

    private static long number(Connection shop, String query) throws SQLException {
        try (PreparedStatement statement = shop.prepareStatement(query);
                var answer = statement.executeQuery()) {
            answer.next();
            return answer.getLong(1);
        }
    }

    private static void update(Connection shop, String sql, long... parameters)
            throws SQLException {
        try (var statement = shop.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setLong(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}
