package io.millrace.bench;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentWriter;
import io.millrace.node.dev.DevDatabase;
import java.math.BigDecimal;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/// The peer: Debezium's embedded engine, whose records become the same documents for the same
/// writer. Its queue and batches are as large as helps it.
@SuppressWarnings("NullAway.Init") // the index comes with the call that starts the engine
final class DebeziumSide implements WalSide {
    private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
    private final ExecutorService threads = Executors.newSingleThreadExecutor();
    private final DocumentWriter documents = new DocumentWriter();
    private final CountDownLatch all = new CountDownLatch(1);

    /// Set before the engine's thread starts.
    private SaleIndex index;

    private int rowsWanted;
    private int rows;

    DebeziumSide(DevDatabase database, String slot) {
        Properties settings = new Properties();
        settings.setProperty("name", slot);
        settings.setProperty(
                "connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        settings.setProperty(
                "offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        settings.setProperty("topic.prefix", "bench");
        settings.setProperty("database.hostname", database.host());
        settings.setProperty("database.port", Integer.toString(database.port()));
        settings.setProperty("database.user", database.user());
        settings.setProperty("database.password", "none");
        settings.setProperty("database.dbname", database.database());
        settings.setProperty("plugin.name", "pgoutput");
        settings.setProperty("slot.name", slot);
        settings.setProperty("publication.name", WalServer.PUBLICATION);
        settings.setProperty("publication.autocreate.mode", "disabled");
        settings.setProperty("table.include.list", "public." + WalServer.TABLE);
        settings.setProperty("snapshot.mode", "no_data");
        settings.setProperty("decimal.handling.mode", "precise");
        settings.setProperty("max.batch.size", "8192");
        settings.setProperty("max.queue.size", "32768");
        settings.setProperty("poll.interval.ms", "10");
        engine =
                DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                        .using(settings)
                        .notifying(this::take)
                        .build();
    }

    @Override
    public void drain(int rows, SaleIndex index) throws InterruptedException {
        this.index = index;
        rowsWanted = rows;
        threads.execute(engine);
        all.await();
    }

    /// Called by the engine's thread, batch by batch.
    private void take(
            List<RecordChangeEvent<SourceRecord>> batch,
            DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        for (RecordChangeEvent<SourceRecord> event : batch) {
            if (event.record().value() instanceof Struct change) {
                Struct row = change.getStruct("after");
                index.add(
                        new Change.Upsert(
                                DocumentKey.of(row.getInt64("id")),
                                document(row),
                                new Origin(SaleIndex.PARTITION, rows, 0, null, null)));
                rows++;
            }
            committer.markProcessed(event);
        }
        committer.markBatchFinished();
        if (rows < rowsWanted) {
            index.commitIfDue();
        } else {
            index.commit();
            all.countDown();
        }
    }

    private Document document(Struct row) {
        documents.beginObject();
        for (Field field : row.schema().fields()) {
            documents.name(field.name());
            switch (row.get(field)) {
                case Long number -> documents.integer(number);
                case Integer number -> documents.integer(number);
                case BigDecimal number -> documents.decimal(number);
                case String text -> documents.text(text);
                case null -> documents.nul();
                case Object other ->
                        throw new IllegalStateException(field.name() + ": " + other.getClass());
            }
        }
        documents.end();
        return documents.finish();
    }

    @Override
    public void close() throws Exception {
        engine.close();
        threads.shutdown();
        threads.awaitTermination(30, TimeUnit.SECONDS);
    }
}
