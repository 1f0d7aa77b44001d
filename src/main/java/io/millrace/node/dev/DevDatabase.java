package io.millrace.node.dev;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/// Where a database of dev mode or of a test is, and how to log in.
///
/// @param password empty where the server asks for none
public record DevDatabase(String host, int port, String database, String user, String password) {
    /// A database of an [EmbeddedPostgres], which trusts whoever comes from this machine.
    static DevDatabase at(int port, String database) {
        return new DevDatabase("127.0.0.1", port, database, EmbeddedPostgres.SUPERUSER, "");
    }

    /// A new connection that commits by itself.
    public Connection connect() throws SQLException {
        // No DriverManager: it looks for drivers in a class loader that a live reload has closed.
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {host});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(user);
        if (!password.isEmpty()) {
            source.setPassword(password);
        }
        source.setApplicationName("millrace-dev");
        source.setConnectTimeout(5);
        return source.getConnection();
    }

    /// `host:port/database`, for people.
    @Override
    public String toString() {
        return "%s:%d/%s".formatted(host, port, database);
    }
}
