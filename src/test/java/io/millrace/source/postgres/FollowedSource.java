package io.millrace.source.postgres;

import io.millrace.document.Schema;
import io.millrace.testing.TestDatabase;
import io.millrace.testing.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/// A database with a slot and a publication, and what follows its tables.
final class FollowedSource implements AutoCloseable {
    static final WalReadOptions OPTIONS =
            new WalReadOptions(
                    50,
                    1 << 20,
                    1_000,
                    4 << 20,
                    Duration.ofSeconds(1),
                    Duration.ofMillis(300),
                    Duration.ofMillis(10));

    /// Many small ranges.
    private static final CopyOptions COPY_OPTIONS =
            new CopyOptions(3, 100, 30, 1 << 20, 64 << 10, Duration.ofSeconds(1));

    /// An index declares nothing: key and fields are the table's.
    private static final Schema DECLARED = new Schema(1, List.of(), List.of(), true);

    TestDatabase database;
    PostgresSettings settings;
    private final WalReadOptions options;
    private final Set<String> indexes = ConcurrentHashMap.newKeySet();
    private final List<TableFollower> followers = new ArrayList<>();
    PostgresStream stream;

    private FollowedSource(
            TestDatabase database, PostgresSettings settings, WalReadOptions options) {
        this.database = database;
        this.settings = settings;
        this.options = options;
        this.stream = newStream();
    }

    /// A database of its own with these tables, all of them published, and a slot.
    static FollowedSource of(String name, String... tables) {
        return of(TestPostgres.database(name), name, OPTIONS, tables);
    }

    static FollowedSource of(
            TestDatabase database, String name, WalReadOptions options, String... tables) {
        database.execute(tables);
        FollowedSource source =
                new FollowedSource(
                        database,
                        new PostgresSettings(
                                name,
                                database.at().host(),
                                database.at().port(),
                                database.name(),
                                database.at().user(),
                                null,
                                SslMode.DISABLE,
                                null,
                                "slot_" + database.name(),
                                "millrace",
                                false,
                                TruncatePolicy.APPLY,
                                PostgresSettings.USUAL_WAL_BUDGET_BYTES),
                        options);
        database.execute(
                "CREATE PUBLICATION millrace FOR ALL TABLES WITH (publish_via_partition_root = true)");
        source.createSlot();
        return source;
    }

    /// The same database, read otherwise.
    FollowedSource with(UnaryOperator<PostgresSettings> changed) {
        return new FollowedSource(database, changed.apply(settings), options);
    }

    /// The server is elsewhere now; everything has stopped.
    void moveTo(TestDatabase elsewhere) {
        database = elsewhere;
        settings = at(settings, elsewhere.at().port());
    }

    static PostgresSettings at(PostgresSettings settings, int port) {
        return new PostgresSettings(
                settings.source(),
                settings.host(),
                port,
                settings.database(),
                settings.user(),
                settings.password(),
                settings.sslMode(),
                settings.sslRootCert(),
                settings.slot(),
                settings.publication(),
                settings.managed(),
                settings.truncate(),
                settings.walBudgetBytes());
    }

    void createSlot() {
        database.execute(
                "SELECT pg_create_logical_replication_slot('%s', 'pgoutput')"
                        .formatted(settings.slot()));
    }

    void dropSlot() {
        database.execute("SELECT pg_drop_replication_slot('%s')".formatted(settings.slot()));
    }

    private PostgresStream newStream() {
        return new PostgresStream(
                () -> settings,
                () -> Set.copyOf(indexes),
                options,
                COPY_OPTIONS,
                System::nanoTime,
                Thread::new);
    }

    /// The source is told to wait for an index of this name, as by its definition.
    void expect(String index) {
        indexes.add(index);
    }

    /// An index of a table that has what is there now, and reads what comes.
    TableFollower follow(String table) {
        return follower(table, false, Integer.MAX_VALUE);
    }

    /// An index of a table from the beginning.
    TableFollower copy(String table) {
        return follower(table, true, Integer.MAX_VALUE);
    }

    /// An index that takes no more than so many batches of a copy for now.
    TableFollower copy(String table, int batches) {
        return follower(table, true, batches);
    }

    private TableFollower follower(String table, boolean copies, int batches) {
        TableFollower follower =
                new TableFollower("index-of-" + table + "-" + followers.size(), this, table);
        followers.add(follower);
        // While it is stopped the others must not let the server forget what it needs.
        expect(follower.index());
        follower.askFor(batches);
        follower.begin(copies);
        return follower;
    }

    PostgresChangeSource open(String index, String table) {
        return new PostgresChangeSource(
                new TableBinding(index, TableName.parse(table).orElseThrow(), null, DECLARED),
                stream);
    }

    /// Everything stops as in a process that ends, and nothing of it is left.
    void stop() {
        followers.forEach(TableFollower::stop);
        stream = newStream();
    }

    /// Everything goes on where it committed last.
    void restart() {
        stop();
        followers.forEach(TableFollower::goOn);
    }

    /// The server takes a moment to see that its reader is gone.
    void awaitFree() {
        TestSources.awaitFree(database, settings.slot());
    }

    long lsn() {
        return Lsn.parse(database.value("SELECT pg_current_wal_insert_lsn()"));
    }

    /// A column of the slot.
    String slot(String column) {
        return database.value(
                "SELECT %s FROM pg_replication_slots WHERE slot_name = '%s'"
                        .formatted(column, settings.slot()));
    }

    long confirmedLsn() {
        return Lsn.parse(slot("confirmed_flush_lsn"));
    }

    @Override
    public void close() {
        followers.forEach(TableFollower::stop);
        awaitFree();
        database.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%s'"
                        .formatted(settings.slot()));
    }
}
