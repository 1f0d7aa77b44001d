package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.source.SourceStatus.Retained;
import io.millrace.source.SourceStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The log of one database, read once for all indexes of a source definition.
///
/// Every index that the source feeds is attached from the time it is opened, whether it reads or
/// not; the server is told to forget only what all of them have committed, and nothing while one of
/// them was not heard of. May be shared between threads.
///
/// Guarded by itself: what is attached, what is open, the thread.
public final class PostgresStream {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /// From this alarm on indexes are to commit before their time, each that has not committed this
    /// part of what the slot may hold back: once it has, it takes a while to get there again.
    private static final int PRESSING_PERCENT = 75;

    private static final int PRESSED_PARTS = 4;

    private final PostgresConnections connections;
    private final Supplier<Set<String>> indexes;
    private final WalReadOptions options;
    private final CopyOptions copying;
    private final LongSupplier nanoClock;
    private final ThreadFactory threads;

    private final List<Attachment> attachments = new ArrayList<>();

    /// Opened, and not yet taken over by the thread.
    private final List<WalFeed> opened = new ArrayList<>();

    /// Indexes that have not read for too long.
    private final Set<String> givenUp = new HashSet<>();

    private @Nullable WalReader reader;

    /// As of the last look at the slot.
    private volatile @Nullable Retained retained;

    /// How the log stands.
    ///
    /// - endLsn: where it ends, 0 when that is not known
    /// - detail: one sentence for people, empty when all is well
    record Status(State state, long endLsn, String detail) {}

    /// @param settings those of now, asked for every connection
    /// @param indexes names of those that the source should feed: nothing is forgotten before each
    ///   of them was heard of
    /// @param nanoClock a clock for durations
    public PostgresStream(
            Supplier<PostgresSettings> settings,
            Supplier<Set<String>> indexes,
            WalReadOptions options,
            CopyOptions copying,
            LongSupplier nanoClock,
            ThreadFactory threads) {
        this.connections = new PostgresConnections(settings);
        this.indexes = indexes;
        this.options = options;
        this.copying = copying;
        this.nanoClock = nanoClock;
        this.threads = threads;
    }

    public PostgresSettings settings() {
        return connections.settings();
    }

    PostgresConnections connections() {
        return connections;
    }

    WalReadOptions options() {
        return options;
    }

    CopyOptions copying() {
        return copying;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    ThreadFactory threads() {
        return threads;
    }

    synchronized Attachment attach(String index) {
        Attachment attachment = new Attachment(index);
        attachments.add(attachment);
        return attachment;
    }

    /// The last one to go ends the thread. Blocks until that is done.
    void detach(Attachment attachment) {
        WalReader last = null;
        synchronized (this) {
            attachments.remove(attachment);
            if (attachments.isEmpty()) {
                last = reader;
                reader = null;
            }
        }
        if (last != null) {
            last.stop();
            last.awaitEnd(CLOSE_TIMEOUT);
        }
    }

    /// Where the index is, whether it reads the log already or not.
    synchronized void standsAt(Attachment attachment, long lsn) {
        attachment.standsAt(lsn);
    }

    /// Whatever the log says of the table behind a position.
    synchronized WalFeed open(Attachment attachment, WalTable table, long fromLsn) {
        if (!attachments.contains(attachment)) {
            throw new MillraceException.Unavailable(
                    "source of index " + attachment.index() + " is closed");
        }
        attachment.standsAt(fromLsn);
        givenUp.remove(attachment.index());
        WalReader reading = reader;
        if (reading == null) {
            reading = new WalReader(this);
            Thread thread = threads.newThread(reading);
            thread.setName("wal-" + settings().source());
            reading.runs(thread);
            thread.start();
            reader = reading;
        }
        WalFeed feed = new WalFeed(attachment, table, fromLsn, options, reading::wake);
        attachment.reads(feed);
        opened.add(feed);
        reading.wake();
        return feed;
    }

    void committed(Attachment attachment, long lsn) {
        WalReader reading;
        synchronized (this) {
            attachment.committed(lsn);
            reading = reader;
        }
        if (reading != null) {
            reading.wake();
        }
    }

    /// Somebody waits until an index has read up to where the log ends now.
    void awaited() {
        WalReader reading;
        synchronized (this) {
            reading = reader;
        }
        if (reading != null) {
            reading.awaited();
        }
    }

    /// The server has forgotten what the index needs: nothing is kept for it any more.
    synchronized void lost(Attachment attachment) {
        attachment.lose();
    }

    synchronized List<WalFeed> takeOpened() {
        List<WalFeed> taken = List.copyOf(opened);
        opened.clear();
        return taken;
    }

    synchronized boolean hasOpened() {
        return !opened.isEmpty();
    }

    /// Names of the indexes that the source should feed.
    Set<String> readers() {
        return indexes.get();
    }

    /// True while one of this name takes what the log says.
    synchronized boolean isReading(String index) {
        return named(index).anyMatch(Attachment::isReading);
    }

    /// What an index has committed; null while that is not known.
    synchronized @Nullable Long committedLsn(String index) {
        List<Attachment> all = named(index).toList();
        return all.isEmpty() || !all.stream().allMatch(Attachment::isKnown)
                ? null
                : Long.valueOf(
                        all.stream().mapToLong(Attachment::committedLsn).min().orElseThrow());
    }

    /// How much log is kept for an index, at most as much as the slot holds back.
    long behindBytes(String index, SlotFacts slot) {
        Long committed = committedLsn(index);
        return committed == null ? slot.retainedBytes() : slot.endLsn() - committed;
    }

    /// Nothing is kept for an index any more, until it reads again: if it still can.
    synchronized void giveUp(String index) {
        givenUp.add(index);
        named(index).forEach(Attachment::lose);
    }

    synchronized boolean isGivenUp(String index) {
        return givenUp.contains(index);
    }

    private Stream<Attachment> named(String index) {
        return attachments.stream().filter(attachment -> attachment.index().equals(index));
    }

    /// What a look at the slot said. The indexes that read and have a good part of it to commit are
    /// asked to where it is much; the others have nothing that would help.
    synchronized Retained seen(SlotFacts slot) {
        Retained now = slot.retained(settings());
        retained = now;
        if (now.alarmPercent() >= PRESSING_PERCENT) {
            for (Attachment attachment : attachments) {
                long behindBytes = slot.endLsn() - attachment.committedLsn();
                if (attachment.isReading()
                        && attachment.isKnown()
                        && behindBytes >= now.limitBytes() / PRESSED_PARTS) {
                    attachment.press();
                }
            }
        }
        return now;
    }

    @Nullable Retained retained() {
        return retained;
    }

    synchronized boolean isPressed(Attachment attachment) {
        return attachment.isPressed();
    }

    /// What every index has committed; 0 while that is not known of one of them.
    long flushableLsn() {
        Set<String> missing = new HashSet<>(indexes.get());
        synchronized (this) {
            missing.removeAll(givenUp);
            long least = Long.MAX_VALUE;
            for (Attachment attachment : attachments) {
                missing.remove(attachment.index());
                if (!attachment.isLost()) {
                    if (!attachment.isKnown()) {
                        return 0;
                    }
                    least = Math.min(least, attachment.committedLsn());
                }
            }
            return missing.isEmpty() && least != Long.MAX_VALUE ? least : 0;
        }
    }

    synchronized Status status() {
        return reader == null ? new Status(State.STARTING, 0, "") : reader.status();
    }
}
