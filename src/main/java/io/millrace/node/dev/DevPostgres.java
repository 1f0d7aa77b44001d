package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.jboss.logging.Logger;

/// The database of dev mode, wherever it runs.
///
/// @param at where it is and how to log in
/// @param words for people: what it is and where its log lies
record DevPostgres(DevDatabase at, String words) {
    private static final Logger LOG = Logger.getLogger(DevPostgres.class);

    /// Comes back when the server answers and has the database.
    ///
    /// @param programs where the build put those of the embedded server
    /// @param home folder of the server alone
    /// @param busyProperty see [ChildServer#stopWithJvm]
    static DevPostgres start(
            DevSettings.Postgres settings, Path programs, Path home, String busyProperty) {
        return switch (settings.mode()) {
            case EMBEDDED ->
                    child(
                            PostgresProgram.of(PostgresPrograms.in(programs), home, Map.of()),
                            settings,
                            busyProperty);
            case CONTAINER ->
                    child(
                            ContainerProgram.of(settings.image(), home.resolve("container")),
                            settings,
                            busyProperty);
            case EXTERNAL -> external(settings);
            case NONE -> throw new MillraceException.Bug("no database is wanted");
        };
    }

    /// @return false when the shop was there already
    boolean load() {
        try (var connection = at.connect()) {
            return Chinook.load(connection);
        } catch (SQLException e) {
            throw new MillraceException.Unavailable(
                    "sample shop could not be loaded into %s (millrace.dev.shop.enabled=false leaves it out): %s"
                            .formatted(at, e.getMessage()),
                    e);
        }
    }

    private static DevPostgres child(
            ServerProgram program, DevSettings.Postgres settings, String busyProperty) {
        var server = ChildServer.start(program, settings.port());
        server.stopWithJvm(busyProperty);
        if (settings.port() != 0 && server.port() != settings.port()) {
            LOG.warnf("port %d is taken, postgres listens at %d", settings.port(), server.port());
        }
        var at = DevDatabase.at(server.port(), settings.database());
        create(at);
        return new DevPostgres(
                at,
                "%s (%s, user %s, no password, pid %d, log %s)"
                        .formatted(
                                at,
                                server.origin().words(),
                                at.user(),
                                server.pid(),
                                Path.of("").toAbsolutePath().relativize(program.log())));
    }

    private static DevPostgres external(DevSettings.Postgres settings) {
        var at =
                new DevDatabase(
                        settings.host(),
                        settings.port(),
                        settings.database(),
                        settings.user(),
                        settings.password().orElse(""));
        try (var connection = at.connect();
                var statement = connection.createStatement();
                var answer = statement.executeQuery("SHOW wal_level")) {
            answer.next();
            if (!answer.getString(1).equals("logical")) {
                throw new MillraceException.Unavailable(
                        "postgres at %s has wal_level = %s, expected logical: set it and restart the server"
                                .formatted(at, answer.getString(1)));
            }
        } catch (SQLException e) {
            throw new MillraceException.Unavailable(
                    "no external postgres at %s as %s, see millrace.dev.postgres.* in dev-services.properties: %s"
                            .formatted(at, at.user(), e.getMessage()),
                    e);
        }
        return new DevPostgres(at, "%s (external, user %s)".formatted(at, at.user()));
    }

    private static void create(DevDatabase wanted) {
        try (var connection = DevDatabase.at(wanted.port(), "postgres").connect();
                var lookUp =
                        connection.prepareStatement(
                                "SELECT format('CREATE DATABASE %I', ?::text) WHERE NOT EXISTS"
                                        + " (SELECT FROM pg_database WHERE datname = ?)")) {
            lookUp.setString(1, wanted.database());
            lookUp.setString(2, wanted.database());
            try (var missing = lookUp.executeQuery();
                    var statement = connection.createStatement()) {
                if (missing.next()) {
                    statement.execute(missing.getString(1));
                }
            }
        } catch (SQLException e) {
            throw new MillraceException.Unavailable(
                    "database %s could not be created: %s".formatted(wanted, e.getMessage()), e);
        }
    }
}
