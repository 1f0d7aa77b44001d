package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;

/// The Chinook music store: its tables, and the rows it opens with.
///
/// Resources under `/dev/chinook`: `schema.sql` and one CSV file a table. Their origin stands in
/// the `README.md` beside them.
public final class Chinook {
    /// Every table that has rows in a file, each after those it refers to.
    static final List<String> TABLES =
            List.of(
                    "artist",
                    "album",
                    "genre",
                    "media_type",
                    "track",
                    "playlist",
                    "playlist_track",
                    "employee",
                    "customer",
                    "invoice",
                    "invoice_line");

    /// The largest number of a track that the shop opens with.
    static final int TRACKS = 3_503;

    /// One track in so many has lyrics.
    static final int LYRICS_EVERY = 10;

    private static final String FOLDER = "/dev/chinook/";

    /// Any number: whoever loads holds the lock of it.
    private static final long LOCK = 0x4368696e6f6f6bL;

    private Chinook() {}

    /// Creates the tables and fills them, in one transaction: they are there whole, or not at all.
    ///
    /// @param connection commits by itself
    /// @return false when they are there already
    public static boolean load(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(%d)".formatted(LOCK));
            if (isLoaded(connection)) {
                return false;
            }
            statement.execute(text("schema.sql"));
            for (var table : TABLES) {
                copy(connection, table);
            }
            writeLyrics(connection);
            connection.commit();
            return true;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static boolean isLoaded(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var answer = statement.executeQuery("SELECT to_regclass('shop_step')")) {
            answer.next();
            return answer.getString(1) != null;
        }
    }

    private static void copy(Connection connection, String table) throws SQLException {
        var file = table + ".csv";
        try (var rows = resource(file);
                var header =
                        new BufferedReader(
                                new InputStreamReader(resource(file), StandardCharsets.UTF_8))) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY %s (%s) FROM STDIN (FORMAT csv, HEADER, ENCODING 'UTF8')"
                                    .formatted(table, header.readLine()),
                            rows);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static void writeLyrics(Connection connection) throws SQLException {
        try (var update =
                connection.prepareStatement("UPDATE track SET lyrics = ? WHERE track_id = ?")) {
            for (int track = LYRICS_EVERY; track <= TRACKS; track += LYRICS_EVERY) {
                update.setString(1, Lyrics.of(track));
                update.setInt(2, track);
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    private static String text(String file) {
        try (var in = resource(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static InputStream resource(String file) {
        var in = Chinook.class.getResourceAsStream(FOLDER + file);
        if (in == null) {
            throw new MillraceException.Bug("resource " + FOLDER + file + " is missing");
        }
        return in;
    }

    private static MillraceException unreadable(String file, IOException cause) {
        return new MillraceException.Unavailable(
                "resource %s%s: %s".formatted(FOLDER, file, cause), cause);
    }
}
