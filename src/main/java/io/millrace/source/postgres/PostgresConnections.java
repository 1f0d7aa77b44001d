package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Supplier;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/// Opens connections to the database of a source, every one with the same session: how values are
/// written as text must not depend on the settings of the server, the database, the role or this
/// machine. Stateless.
final class PostgresConnections {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /// A server that is gone without a word is noticed after this long.
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

    /// Values as text: ISO dates, times in UTC, durations in ISO 8601, hexadecimal bytes, floats
    /// with every digit. Rows that a policy hides are an error, not fewer rows.
    private static final String SESSION =
            """
            SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601';
            SET bytea_output = 'hex'; SET extra_float_digits = 1; SET lc_monetary = 'C';
            SET xmlbinary = 'base64'; SET row_security = off; SET search_path = pg_catalog\
            """;

    private final Supplier<PostgresSettings> settings;

    /// @param settings asked for every connection: a definition or a password may have changed
    PostgresConnections(Supplier<PostgresSettings> settings) {
        this.settings = settings;
    }

    /// Those of now.
    ///
    /// @throws MillraceException.Unavailable when they cannot be told, for want of a secret say
    PostgresSettings settings() {
        return settings.get();
    }

    /// A connection for statements. Blocks.
    ///
    /// @throws MillraceException.Unavailable when the server does not let us in
    Connection sql() {
        PostgresSettings settings = settings();
        Properties properties = properties(settings);
        PGProperty.SOCKET_TIMEOUT.set(properties, Math.toIntExact(ANSWER_TIMEOUT.toSeconds()));
        return open(settings, properties);
    }

    /// A connection that can stream the log; it can also run simple statements before it does.
    /// Blocks.
    ///
    /// @throws MillraceException.Unavailable when the server does not let us in
    Connection replication() {
        PostgresSettings settings = settings();
        Properties properties = properties(settings);
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "15");
        return open(settings, properties);
    }

    private static Connection open(PostgresSettings settings, Properties properties) {
        String url =
                "jdbc:postgresql://%s:%d/%s"
                        .formatted(
                                settings.host(),
                                settings.port(),
                                java.net.URLEncoder.encode(
                                        settings.database(),
                                        java.nio.charset.StandardCharsets.UTF_8));
        try {
            Connection connection = new Driver().connect(url, properties);
            if (connection == null) {
                throw new MillraceException.Bug("no driver for " + settings.place());
            }
            return prepared(connection);
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    private static Connection prepared(Connection connection) throws SQLException {
        try (Statement session = connection.createStatement()) {
            session.execute(SESSION);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static Properties properties(PostgresSettings settings) {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, settings.user());
        if (settings.password() != null) {
            PGProperty.PASSWORD.set(properties, settings.password());
        }
        PGProperty.SSL_MODE.set(properties, settings.sslMode().label());
        if (settings.sslRootCert() != null) {
            PGProperty.SSL_ROOT_CERT.set(properties, settings.sslRootCert());
        }
        PGProperty.APPLICATION_NAME.set(properties, "millrace " + settings.source());
        PGProperty.CONNECT_TIMEOUT.set(properties, Math.toIntExact(CONNECT_TIMEOUT.toSeconds()));
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        return properties;
    }
}
