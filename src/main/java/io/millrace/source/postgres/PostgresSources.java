package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.source.SourceStatus.Retained;
import io.millrace.source.postgres.SourceHealth.Log;
import io.millrace.source.postgres.SourceHealth.Reader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// All databases whose tables indexes read: each has one log for all of them. May be shared between
/// threads; one of its own looks after the slots.
public final class PostgresSources implements AutoCloseable {
    private static final Logger LOG = System.getLogger(PostgresSources.class.getName());
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final Definitions definitions;
    private final WalReadOptions options;
    private final CopyOptions copying;
    private final Guarding guarding;
    private final LongSupplier nanoClock;
    private final ThreadFactory threads;

    private final Map<String, PostgresStream> streams = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable Thread guard;

    /// What is defined now.
    public interface Definitions {

        /// Names of all sources that are databases.
        Set<String> databases();

        /// @throws MillraceException.Unavailable when there is no such source, or a secret is
        ///   missing
        PostgresSettings database(String source);

        /// Names of the indexes that read a source.
        Set<String> readers(String source);
    }

    /// How slots are looked after.
    ///
    /// - interval: between two looks
    /// - stoppedAfter: how long an index must not have read before it counts as stopped
    public record Guarding(Duration interval, Duration stoppedAfter) {
        public static final Guarding DEFAULT =
                new Guarding(Duration.ofSeconds(30), Duration.ofMinutes(2));
    }

    /// @param nanoClock a clock for durations
    public PostgresSources(
            Definitions definitions,
            WalReadOptions options,
            CopyOptions copying,
            Guarding guarding,
            LongSupplier nanoClock,
            ThreadFactory threads) {
        this.definitions = definitions;
        this.options = options;
        this.copying = copying;
        this.guarding = guarding;
        this.nanoClock = nanoClock;
        this.threads = threads;
    }

    /// Makes the source of an index. Connects to nothing yet.
    public PostgresChangeSource open(String source, TableBinding binding) {
        return new PostgresChangeSource(binding, stream(source));
    }

    private PostgresStream stream(String source) {
        return streams.computeIfAbsent(
                source,
                name ->
                        new PostgresStream(
                                () -> definitions.database(name),
                                () -> definitions.readers(name),
                                options,
                                copying,
                                nanoClock,
                                threads));
    }

    /// Begins to look after the slots.
    public void start() {
        Thread thread = threads.newThread(this::guard);
        thread.setName("postgres-slots");
        thread.setDaemon(true);
        guard = thread;
        thread.start();
    }

    private void guard() {
        Map<String, SlotGuard> guards = new HashMap<>();
        try {
            while (!closing.await(guarding.interval().toMillis(), TimeUnit.MILLISECONDS)) {
                Set<String> databases = definitions.databases();
                guards.keySet().retainAll(databases);
                for (String source : databases) {
                    SlotGuard one =
                            guards.computeIfAbsent(
                                    source,
                                    name ->
                                            new SlotGuard(
                                                    stream(name),
                                                    guarding.stoppedAfter(),
                                                    nanoClock));
                    look(source, one);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void look(String source, SlotGuard guard) {
        try {
            guard.look();
        } catch (RuntimeException e) {
            // The next look comes soon; what reads the log says by itself when it cannot.
            LOG.log(Level.DEBUG, "slot not looked after source=" + source, e);
        }
    }

    /// Asks the database how it stands. Blocks.
    ///
    /// @throws MillraceException.Unavailable when there is no such source, or a secret is missing
    public SourceHealth health(String source) {
        PostgresStream stream = stream(source);
        PostgresSettings settings = definitions.database(source);
        SlotFacts slot = null;
        String detail = "";
        try (Connection connection = stream.connections().sql()) {
            slot = SlotFacts.read(connection, settings.slot()).orElse(null);
            if (slot == null) {
                detail =
                        settings.managed()
                                ? "there is no slot; the first index that begins makes one"
                                : "there is no slot %s, somebody else has to make it"
                                        .formatted(settings.slot());
            } else {
                slot.checkReadable(settings);
            }
        } catch (SQLException e) {
            detail = String.valueOf(PostgresFailures.of(settings, e).getMessage());
        } catch (MillraceException e) {
            detail = String.valueOf(e.getMessage());
        }
        return new SourceHealth(
                settings.slot(),
                settings.publication(),
                settings.managed(),
                slot == null ? null : log(settings, slot),
                detail,
                readers(stream, slot));
    }

    private static Log log(PostgresSettings settings, SlotFacts slot) {
        Retained retained = slot.retained(settings);
        return new Log(
                slot.walStatus(),
                slot.retainedBytes(),
                slot.safeBytes(),
                retained.limitBytes(),
                retained.alarmPercent(),
                slot.activePid() != 0,
                slot.confirmedLsn() == null ? "" : Lsn.text(slot.confirmedLsn()),
                Lsn.text(slot.endLsn()));
    }

    private static List<Reader> readers(PostgresStream stream, @Nullable SlotFacts slot) {
        List<Reader> readers = new ArrayList<>();
        for (String index : stream.readers().stream().sorted().toList()) {
            Long committed = stream.committedLsn(index);
            readers.add(
                    new Reader(
                            index,
                            stream.isReading(index),
                            committed == null ? null : Lsn.text(committed),
                            committed == null || slot == null
                                    ? null
                                    : Math.max(0, slot.endLsn() - committed),
                            stream.isGivenUp(index)));
        }
        return readers;
    }

    /// Slot and publication of a source are gone when it returns, if they are ours. No index reads
    /// it. Blocks.
    ///
    /// @throws MillraceException.Unavailable when the server cannot be asked, or somebody reads the
    ///   slot
    public void drop(String source) {
        new SourceSetup(stream(source).connections()).drop();
        streams.remove(source);
    }

    /// Ends the thread; the sources of indexes are closed by those.
    @Override
    public void close() {
        closing.countDown();
        Thread thread = guard;
        if (thread != null) {
            try {
                thread.join(CLOSE_TIMEOUT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
