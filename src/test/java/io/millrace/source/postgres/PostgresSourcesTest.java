package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.document.Schema;
import io.millrace.source.ChangeSource;
import io.millrace.source.SourceStatus.Retained;
import io.millrace.source.postgres.SourceHealth.Reader;
import io.millrace.testing.Awaiting;
import io.millrace.testing.TestDatabase;
import io.millrace.testing.TestPostgres;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of a slot when the indexes that need it do not read.
class PostgresSourcesTest {
    private static final long BUDGET_BYTES = 1 << 20;
    private static final String MORE_THAN_THE_BUDGET =
            "SELECT pg_logical_emit_message(false, 'test', repeat('x', 3000000))";

    private final TestDatabase database = TestPostgres.database("sources");
    private final Set<String> readers = new ConcurrentSkipListSet<>();

    private final PostgresSources sources =
            new PostgresSources(
                    new PostgresSources.Definitions() {
                        @Override
                        public Set<String> databases() {
                            return Set.of("shop");
                        }

                        @Override
                        public PostgresSettings database(String source) {
                            return settings();
                        }

                        @Override
                        public Set<String> readers(String source) {
                            return new TreeSet<>(readers);
                        }
                    },
                    FollowedSource.OPTIONS,
                    CopyOptions.DEFAULT,
                    new PostgresSources.Guarding(Duration.ofMillis(50), Duration.ofMillis(100)),
                    System::nanoTime,
                    Thread::new);

    private PostgresSettings settings() {
        PostgresSettings usual = TestSources.settings(database, database.name(), "pub");
        return new PostgresSettings(
                usual.source(),
                usual.host(),
                usual.port(),
                usual.database(),
                usual.user(),
                usual.password(),
                usual.sslMode(),
                usual.sslRootCert(),
                usual.slot(),
                usual.publication(),
                usual.managed(),
                usual.truncate(),
                BUDGET_BYTES);
    }

    @AfterEach
    void close() {
        sources.close();
        readers.clear();
        TestSources.awaitFree(database, settings().slot());
        sources.drop("shop");
    }

    private PostgresChangeSource open(String index) {
        readers.add(index);
        return sources.open(
                "shop",
                new TableBinding(
                        index,
                        new TableName("public", "track"),
                        null,
                        new Schema(1, List.of(), List.of(), true)));
    }

    private static AssertSubscriber<ChangeBatch> read(
            PostgresChangeSource source, ChangeSource.Start start) {
        // As if everything had been copied.
        return source.changes(start.identity(), Checkpoint.of(start.checkpoint().positions()))
                .subscribe()
                .withSubscriber(AssertSubscriber.create(1_000));
    }

    private @Nullable Reader reader(String index) {
        return sources.health("shop").readers().stream()
                .filter(reader -> reader.index().equals(index))
                .findFirst()
                .orElse(null);
    }

    private boolean isDetached(String index) {
        Reader reader = reader(index);
        return reader != null && reader.detached();
    }

    private long retainedBytes() {
        SourceHealth.Log log = sources.health("shop").log();
        return log == null ? 0 : log.retainedBytes();
    }

    private boolean isRead(String index) {
        Reader reader = reader(index);
        return reader != null && reader.reading();
    }

    @Test
    void anIndexThatStoppedForTooLongPinsNoLogAndNeedsARebuild() {
        database.execute("CREATE TABLE track (id int PRIMARY KEY)");
        PostgresChangeSource tracks = open("tracks");
        ChangeSource.Start start = tracks.start();
        AssertSubscriber<ChangeBatch> subscriber = read(tracks, start);
        Awaiting.that("it reads", () -> isRead("tracks"));
        subscriber.cancel();
        sources.start();

        database.execute(MORE_THAN_THE_BUDGET);

        Awaiting.that("it is detached", () -> isDetached("tracks"));
        Awaiting.that(
                "the slot moved on",
                () -> {
                    // By itself the server looks every 15 s at what a slot still needs.
                    database.execute("CHECKPOINT");
                    return retainedBytes() < BUDGET_BYTES;
                });
        AssertSubscriber<ChangeBatch> again = read(tracks, start);
        Awaiting.that("it is refused", () -> again.getFailure() != null);
        assertTrue(again.getFailure() instanceof MillraceException.Fenced);
        assertTrue(
                String.valueOf(again.getFailure().getMessage()).contains("Rebuild the index"),
                again.getFailure().getMessage());
        tracks.close();
    }

    @Test
    void anIndexThatReadsKeepsItsLogHoweverMuchThatIs() {
        database.execute("CREATE TABLE track (id int PRIMARY KEY)");
        PostgresChangeSource tracks = open("tracks");
        PostgresChangeSource slow = open("slow");
        ChangeSource.Start start = slow.start();
        AssertSubscriber<ChangeBatch> subscriber = read(slow, start);
        AssertSubscriber<ChangeBatch> other = read(tracks, tracks.start());
        Awaiting.that("both read", () -> reading() == 2);
        other.cancel();
        sources.start();

        database.execute(MORE_THAN_THE_BUDGET);

        // Nothing of what was read is acknowledged.
        Awaiting.that("the one that stopped is detached", () -> isDetached("tracks"));
        assertFalse(isDetached("slow"));
        assertTrue(retainedBytes() > BUDGET_BYTES);
        // Two that begin at different places may make the log be read anew.
        Awaiting.that("the log is read", this::isLogRead);
        SourceHealth.Log log = sources.health("shop").log();
        assertNotNull(log);
        assertNull(log.safeBytes());
        assertEquals(BUDGET_BYTES, log.limitBytes());
        assertEquals(90, log.alarmPercent());
        subscriber.cancel();
        slow.close();
        tracks.close();
    }

    @Test
    void anIndexThatHoldsBackMuchOfTheLogIsToCommitBeforeItsTime() {
        database.execute("CREATE TABLE track (id int PRIMARY KEY)");
        PostgresChangeSource tracks = open("tracks");
        ChangeSource.Start start = tracks.start();
        AssertSubscriber<ChangeBatch> subscriber = read(tracks, start);
        Awaiting.that("it reads", () -> isRead("tracks"));
        sources.start();
        assertFalse(tracks.isPressed());

        database.execute(MORE_THAN_THE_BUDGET);

        Awaiting.that("a commit is wanted", tracks::isPressed);
        Retained retained = tracks.status().retained();
        assertNotNull(retained);
        assertTrue(retained.bytes() > BUDGET_BYTES);
        assertEquals(BUDGET_BYTES, retained.limitBytes());
        assertEquals(90, retained.alarmPercent());
        Awaiting.that(
                "it is over once that is committed",
                () -> {
                    Checkpoint committed = Checkpoint.of(start.checkpoint().positions());
                    for (ChangeBatch batch : subscriber.getItems()) {
                        committed = committed.after(batch);
                    }
                    tracks.acknowledge(committed);
                    return !tracks.isPressed();
                });
        subscriber.cancel();
        tracks.close();
    }

    private boolean isLogRead() {
        SourceHealth.Log log = sources.health("shop").log();
        return log != null && log.read();
    }

    private long reading() {
        return sources.health("shop").readers().stream().filter(Reader::reading).count();
    }

    // A slot that nobody reads would keep the log until the disk is full.
    @Test
    void theSlotGoesWithTheLastIndexAndComesWithTheNext() {
        database.execute("CREATE TABLE track (id int PRIMARY KEY)");
        open("tracks").start();
        sources.start();
        assertNotNull(sources.health("shop").log());

        readers.clear();

        Awaiting.that("there is no slot", () -> sources.health("shop").log() == null);
        assertEquals(
                "there is no slot; the first index that begins makes one",
                sources.health("shop").detail());
        open("tracks").start();
        assertNotNull(sources.health("shop").log());
    }
}
