package io.millrace.testing;

import io.millrace.node.dev.DevDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A database of a test. Each call uses a connection of its own, so it may be shared by threads;
/// [#connect] gives one that is the caller's to close.
///
/// @param at where it is and how to log in
public record TestDatabase(DevDatabase at) {
    /// @param maintenance a database of the same server, to create it from
    static TestDatabase create(DevDatabase maintenance, String name) {
        new TestDatabase(maintenance).execute("CREATE DATABASE " + name);
        return new TestDatabase(
                new DevDatabase(
                        maintenance.host(),
                        maintenance.port(),
                        name,
                        maintenance.user(),
                        maintenance.password()));
    }

    public String name() {
        return at.database();
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://%s:%d/%s".formatted(at.host(), at.port(), at.database());
    }

    /// A new connection that commits by itself.
    public Connection connect() {
        try {
            return at.connect();
        } catch (SQLException e) {
            throw new IllegalStateException("no connection to " + at, e);
        }
    }

    /// Runs the statements in order, each in a transaction of its own.
    public void execute(String... statements) {
        try (Connection connection = at.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(at + ": " + String.join("; ", statements), e);
        }
    }

    /// Runs the statements in one transaction.
    public void transaction(String... statements) {
        try (Connection connection = at.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(at + ": " + String.join("; ", statements), e);
        }
    }

    /// The rows of a query, each value as the server's text.
    public List<List<@Nullable String>> rows(String query) {
        try (Connection connection = at.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            List<List<@Nullable String>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(at + ": " + query, e);
        }
    }

    /// The one value of a query with one row, as the server's text.
    public String value(String query) {
        List<List<@Nullable String>> rows = rows(query);
        String value = rows.size() == 1 ? rows.getFirst().getFirst() : null;
        if (value == null) {
            throw new IllegalStateException(query + " gave " + rows);
        }
        return value;
    }
}
