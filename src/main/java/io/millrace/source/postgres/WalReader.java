package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.source.SourceStatus.State;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Reads the log of a source, on its own thread, into the feeds of its indexes.
///
/// While a feed is full nothing is read, and the server hears of us all the same. An index that
/// needs what was sent already makes the stream begin anew, between two transactions; the others
/// leave out what they have. When the stream breaks every feed fails: whoever reads opens another
/// one from its last commit, at its own pace.
///
/// Confined to its thread: everything but the wake-up, the wish, the end and the status.
final class WalReader implements Runnable {
    private static final Logger LOG = System.getLogger(WalReader.class.getName());

    /// Between two looks at a connection without news; the look itself waits for a millisecond.
    private static final long IDLE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long IDLE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(8);

    /// Between two looks at what is to be done beside reading.
    private static final long CHORES_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /// What was committed is reported at most this often.
    private static final long REPORT_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(200);

    /// How long the server may take to notice that our connection before this one is gone.
    private static final long SLOT_FREE_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private final PostgresStream stream;
    private final PostgresSettings settings;
    private final WalReadOptions options;
    private final LongSupplier nanoClock;
    private final CountDownLatch ended = new CountDownLatch(1);

    private volatile @Nullable Thread thread;
    private volatile boolean stopping;
    private volatile @Nullable WalConnection connection;
    private volatile PostgresStream.Status status =
            new PostgresStream.Status(State.STARTING, 0, "connecting");

    private final List<WalFeed> feeds = new ArrayList<>();
    private final Map<Integer, List<WalFeed>> feedsOfTables = new HashMap<>();
    private final Map<Integer, WalMessage.Relation> relations = new HashMap<>();
    private final SlotWatch watch;

    /// Everything the log says up to here was sent, and put into the feeds.
    private long reachedLsn;

    /// The transaction that is being read.
    private WalMessage.@Nullable Begin transaction;

    private long reportedLsn;
    private long reportNanos;
    private long choresNanos;
    private long idleNanos;
    private int formerPid;

    WalReader(PostgresStream stream) {
        this.stream = stream;
        this.settings = stream.settings();
        this.options = stream.options();
        this.nanoClock = stream.nanoClock();
        this.watch = new SlotWatch(stream.connections(), options.probeInterval(), nanoClock);
    }

    /// Called before the thread starts.
    void runs(Thread own) {
        thread = own;
    }

    void wake() {
        LockSupport.unpark(thread);
    }

    /// Somebody waits for what the log says by now. From any thread.
    void awaited() {
        watch.awaited();
        wake();
    }

    /// Ends the thread soon.
    void stop() {
        stopping = true;
        wake();
    }

    void awaitEnd(Duration atMost) {
        try {
            if (ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        WalConnection stuck = connection;
        if (stuck != null) {
            stuck.abort();
        }
    }

    PostgresStream.Status status() {
        return status;
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                feeds.addAll(stream.takeOpened());
                if (feeds.isEmpty()) {
                    LockSupport.park(this);
                } else {
                    session();
                }
            }
        } finally {
            failAll(
                    new MillraceException.Unavailable(
                            "source " + settings.source() + " is closed"));
            status = new PostgresStream.Status(State.STOPPED, status.endLsn(), "");
            watch.close();
            ended.countDown();
        }
    }

    /// One connection, for as long as somebody reads and nobody needs an earlier one.
    private void session() {
        try (WalConnection opened = WalConnection.open(stream.connections(), nanoClock)) {
            connection = opened;
            if (begin(opened)) {
                read(opened);
            }
        } catch (MillraceException e) {
            failAll(e);
        } catch (RuntimeException | Error e) {
            failAll(
                    new MillraceException.Bug(
                            "reading slot %s broke: %s".formatted(settings.slot(), e), e));
        } finally {
            connection = null;
        }
    }

    /// False when nobody can be served.
    private boolean begin(WalConnection opened) {
        SlotFacts slot = freeSlot(opened);
        reportedLsn = Math.max(reportedLsn, Objects.requireNonNull(slot.confirmedLsn()));
        feeds.removeIf(feed -> !isServed(feed, opened.timelines(), slot));
        if (feeds.isEmpty()) {
            return false;
        }
        reachedLsn = feeds.stream().mapToLong(WalFeed::reachedLsn).min().orElseThrow();
        transaction = null;
        relations.clear();
        group();
        opened.start(reachedLsn);
        formerPid = opened.serverPid();
        LOG.log(
                Level.INFO,
                "log being read source={0} slot={1} from={2} indexes={3}",
                settings.source(),
                settings.slot(),
                Lsn.text(reachedLsn),
                Integer.toString(feeds.size()));
        status = new PostgresStream.Status(State.READING, slot.endLsn(), "");
        choresNanos = nanoClock.getAsLong() - CHORES_NANOS;
        reportNanos = nanoClock.getAsLong() - options.statusInterval().toNanos();
        return true;
    }

    /// The slot, once the server has noticed that our own connection before this one is gone.
    private SlotFacts freeSlot(WalConnection opened) {
        long start = nanoClock.getAsLong();
        SlotFacts slot = opened.slot();
        while (slot.activePid() != 0
                && slot.activePid() == formerPid
                && !stopping
                && nanoClock.getAsLong() - start < SLOT_FREE_NANOS_MAX) {
            LockSupport.parkNanos(this, IDLE_NANOS_MAX);
            slot = opened.slot();
        }
        return slot;
    }

    private boolean isServed(WalFeed feed, Timelines timelines, SlotFacts slot) {
        try {
            String index = feed.attachment().index();
            timelines.check(settings, index, feed.table(), feed.reachedLsn());
            slot.checkServes(settings, index, feed.reachedLsn());
            return true;
        } catch (MillraceException.Fenced e) {
            stream.lost(feed.attachment());
            feed.fail(e);
            return false;
        }
    }

    private void read(WalConnection opened) {
        idleNanos = IDLE_NANOS_MIN;
        while (!stopping) {
            if (transaction == null && !isJoined()) {
                return;
            }
            long now = nanoClock.getAsLong();
            if (now - choresNanos >= CHORES_NANOS) {
                choresNanos = now;
                report(opened, now);
                look();
            }
            if (isAnyFull()) {
                pause();
                continue;
            }
            ByteBuffer message = opened.read(now);
            if (message != null) {
                idleNanos = IDLE_NANOS_MIN;
                accept(message);
            } else {
                caughtUp(opened);
                LockSupport.parkNanos(this, idleNanos);
                idleNanos = Math.min(idleNanos * 2, IDLE_NANOS_MAX);
            }
        }
    }

    /// Lets go who has left and takes in who has come. False when the stream must begin anew, or
    /// end.
    private boolean isJoined() {
        boolean changed = feeds.removeIf(WalFeed::hasLeft);
        if (stream.hasOpened()) {
            changed = true;
            feeds.addAll(stream.takeOpened());
            if (feeds.stream().anyMatch(feed -> feed.reachedLsn() < reachedLsn)) {
                return false;
            }
        }
        if (changed) {
            group();
        }
        return !feeds.isEmpty();
    }

    private void group() {
        feedsOfTables.clear();
        for (WalFeed feed : feeds) {
            feedsOfTables.computeIfAbsent(feed.table().oid(), _ -> new ArrayList<>()).add(feed);
        }
    }

    private boolean isAnyFull() {
        for (WalFeed feed : feeds) {
            if (feed.isFull()) {
                return true;
            }
        }
        return false;
    }

    private void report(WalConnection opened, long now) {
        long since = now - reportNanos;
        if (since < REPORT_NANOS_MIN) {
            return;
        }
        long flushable = stream.flushableLsn();
        if (flushable > reportedLsn || since >= options.statusInterval().toNanos()) {
            reportedLsn = Math.max(reportedLsn, flushable);
            // Nothing is said of what this process has not seen committed.
            opened.report(flushable == 0 ? 0 : reportedLsn);
            reportNanos = now;
        }
    }

    private void look() {
        SlotFacts slot = watch.look(reachedLsn);
        if (slot != null) {
            stream.seen(slot);
            status =
                    new PostgresStream.Status(
                            status.state(), Math.max(slot.endLsn(), reachedLsn), detail(slot));
        }
    }

    private static String detail(SlotFacts slot) {
        return slot.safeBytes() != null && slot.safeBytes() < slot.retainedBytes()
                ? "slot holds back %d bytes of log and is lost after %d more (max_slot_wal_keep_size)"
                        .formatted(slot.retainedBytes(), slot.safeBytes())
                : "";
    }

    private void pause() {
        shows(State.PAUSED);
        LockSupport.parkNanos(this, REPORT_NANOS_MIN);
        shows(State.READING);
    }

    private void shows(State state) {
        PostgresStream.Status shown = status;
        status = new PostgresStream.Status(state, shown.endLsn(), shown.detail());
    }

    /// Nothing waits to be read: between transactions the server's last word holds for all.
    private void caughtUp(WalConnection opened) {
        if (transaction == null) {
            reachedLsn = Math.max(reachedLsn, opened.sentLsn());
            feeds.forEach(feed -> feed.pass(reachedLsn));
        }
    }

    private void accept(ByteBuffer message) {
        if (PgoutputDecoder.isSkipped(message, feedsOfTables::containsKey)) {
            return;
        }
        int bytes = message.remaining();
        switch (PgoutputDecoder.decode(message)) {
            case WalMessage.Begin begin -> {
                transaction = begin;
                feeds.forEach(feed -> feed.begin(begin));
            }
            case WalMessage.Commit commit -> {
                transaction();
                transaction = null;
                reachedLsn = commit.endLsn();
                feeds.forEach(feed -> feed.commit(commit.endLsn()));
            }
            case WalMessage.Relation relation -> {
                relations.put(relation.oid(), relation);
                feeds.forEach(feed -> feed.checkSame(relation));
            }
            case WalMessage.Row row -> {
                WalMessage.Relation relation = relations.get(row.relation());
                if (relation == null) {
                    throw new MillraceException.Corrupt(
                            "row of table %d, which was not described".formatted(row.relation()));
                }
                put(row.relation(), new WalEvent.Changed(relation, row, bytes));
            }
            case WalMessage.Truncate truncate ->
                    truncate.relations().forEach(table -> put(table, new WalEvent.Emptied()));
            case WalMessage.Message said -> put(RowRefresher.table(said), new WalEvent.Refreshed());
            case WalMessage.Type _, WalMessage.Origin _ -> {}
        }
    }

    private void put(int table, WalEvent event) {
        WalMessage.Begin begin = transaction();
        List<WalFeed> readers = feedsOfTables.get(table);
        if (readers != null) {
            readers.forEach(feed -> feed.change(begin, event));
        }
    }

    private WalMessage.Begin transaction() {
        WalMessage.Begin begin = transaction;
        if (begin == null) {
            throw new MillraceException.Corrupt("a message of a transaction outside of any");
        }
        return begin;
    }

    private void failAll(MillraceException reason) {
        feeds.addAll(stream.takeOpened());
        if (!stopping) {
            LOG.log(
                    Level.WARNING,
                    "log not read source={0} slot={1} reason={2}",
                    settings.source(),
                    settings.slot(),
                    reason.getMessage());
            status =
                    new PostgresStream.Status(
                            State.FAILED, status.endLsn(), String.valueOf(reason.getMessage()));
        }
        for (WalFeed feed : feeds) {
            if (reason instanceof MillraceException.Fenced) {
                stream.lost(feed.attachment());
            }
            feed.fail(reason);
        }
        feeds.clear();
    }
}
