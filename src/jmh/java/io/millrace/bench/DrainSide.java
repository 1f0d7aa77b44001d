package io.millrace.bench;

import io.millrace.node.dev.DevDatabase;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/// The limit: takes every message of the slot and counts the inserts, nothing else.
final class DrainSide implements WalSide {
    private final Connection connection;
    private final PGReplicationStream stream;

    DrainSide(DevDatabase database, String slot) throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, database.user());
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "15");
        connection =
                DriverManager.getConnection(
                        "jdbc:postgresql://%s:%d/%s"
                                .formatted(database.host(), database.port(), database.database()),
                        properties);
        stream =
                connection
                        .unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(slot)
                        .withSlotOption("proto_version", "1")
                        .withSlotOption("publication_names", WalServer.PUBLICATION)
                        .withAutomaticFlush(false)
                        .start();
    }

    @Override
    public void drain(int rows, SaleIndex unused) throws SQLException {
        for (int inserts = 0; inserts < rows; ) {
            ByteBuffer message = stream.read();
            if (message != null && message.get(message.position()) == 'I') {
                inserts++;
            }
        }
    }

    @Override
    public void close() throws SQLException {
        stream.close();
        connection.close();
    }
}
