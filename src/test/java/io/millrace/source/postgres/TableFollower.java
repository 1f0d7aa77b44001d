package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.CopyState;
import io.millrace.change.Reject;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentPatch;
import io.millrace.document.Value;
import io.millrace.source.RefreshingSource.Refreshed;
import io.millrace.testing.Awaiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// An index in memory: applies what its source gives, commits when told to, and goes back to the
/// last commit when it is restarted. Guarded by itself.
final class TableFollower {
    private final String index;
    private final FollowedSource source;
    private final String table;

    private PostgresChangeSource changes;
    private SourceIdentity identity;

    // Of the last commit.
    private Checkpoint committed = Checkpoint.EMPTY;
    private Map<DocumentKey, Document> committedDocuments = new TreeMap<>();

    // Since then.
    private Checkpoint accepted = Checkpoint.EMPTY;
    private Map<DocumentKey, Document> documents = new TreeMap<>();
    private boolean inTransaction;

    /// Since the beginning, those given twice twice.
    private final List<Change> given = new ArrayList<>();

    private final List<Reject> rejects = new ArrayList<>();
    private int parts;
    private @Nullable MillraceException failure;
    private Flow.@Nullable Subscription subscription;
    private boolean asks = true;
    private int batches;
    private int batchesLeft = Integer.MAX_VALUE;
    private boolean owes;

    TableFollower(String index, FollowedSource source, String table) {
        this.index = index;
        this.source = source;
        this.table = table;
        this.changes = source.open(index, table);
        this.identity = SourceIdentity.of(Map.of());
    }

    String index() {
        return index;
    }

    PostgresChangeSource source() {
        return changes;
    }

    /// As an index that never read its source.
    ///
    /// @param copies else it has what is there now
    void begin(boolean copies) {
        var start = changes.start();
        identity = start.identity();
        committed = start.checkpoint();
        if (!copies) {
            committed = Checkpoint.of(committed.positions());
        }
        read();
    }

    private synchronized void read() {
        accepted = committed;
        documents = new TreeMap<>(committedDocuments);
        inTransaction = false;
        failure = null;
        changes.changes(identity, accepted).subscribe().withSubscriber(new Subscriber());
    }

    /// Reads again from the last commit, as a pipeline does after a failure.
    void readAgain() {
        var open = subscription;
        if (open != null) {
            open.cancel();
        }
        read();
    }

    /// Reads on from what was given, as a pipeline does that has not committed it yet.
    synchronized void readOn() {
        var open = subscription;
        if (open != null) {
            open.cancel();
        }
        failure = null;
        changes.changes(identity, accepted).subscribe().withSubscriber(new Subscriber());
    }

    void stop() {
        changes.close();
    }

    /// After [#stop], in a new process.
    void goOn() {
        changes = source.open(index, table);
        read();
    }

    /// Another index, which was built from the same but holds more or less.
    synchronized void standsAt(long lsn) {
        committed =
                Checkpoint.of(
                        Map.of(
                                new SourcePartition(source.settings.source(), 0),
                                io.millrace.change.Position.of(lsn)));
    }

    /// Waits until everything that is committed in the database now was given.
    TableFollower catchUp() {
        long lsn = source.lsn();
        Awaiting.that(
                index + " reaches " + Lsn.text(lsn) + ", is at " + Lsn.text(position()),
                () -> {
                    MillraceException failed = failure();
                    if (failed != null) {
                        throw failed;
                    }
                    return position() >= lsn && copied().complete();
                });
        return this;
    }

    /// Reads again after every failure until everything was given.
    TableFollower inStep() {
        long lsn = source.lsn();
        Awaiting.that(index + " gets in step", () -> readsOn() && isPast(lsn));
        return this;
    }

    /// Reads again when something broke that may pass, as a pipeline does. Always true.
    boolean readsOn() {
        MillraceException failed = failure();
        if (failed instanceof MillraceException.Unavailable) {
            readAgain();
        } else if (failed != null) {
            throw failed;
        }
        return true;
    }

    /// True when there is such a row; the index has it then.
    boolean refresh(DocumentKey key) {
        try (Refreshed refreshed = changes.refresh(key, Duration.ofSeconds(60))) {
            long lsn = positionOf(refreshed.position());
            Awaiting.that(index + " reaches " + Lsn.text(lsn), () -> position() >= lsn);
            return refreshed.isFound();
        }
    }

    synchronized boolean isPast(long lsn) {
        SourcePartition partition = accepted.positions().firstKey();
        return positionOf(accepted) >= lsn && accepted.copy(partition).complete();
    }

    /// Commits unless a transaction is open.
    synchronized void commitIfWhole() {
        if (!inTransaction) {
            commit();
        }
    }

    synchronized void commit() {
        if (inTransaction) {
            throw new IllegalStateException("a commit would cut a transaction");
        }
        committed = accepted;
        committedDocuments = new TreeMap<>(documents);
        changes.acknowledge(committed);
    }

    synchronized long position() {
        return positionOf(accepted);
    }

    synchronized long committedLsn() {
        return positionOf(committed);
    }

    private static long positionOf(Checkpoint checkpoint) {
        return checkpoint.positions().values().iterator().next().next();
    }

    /// Batches taken since the beginning.
    synchronized int batches() {
        return batches;
    }

    /// How far the copy of the table is, as of what was given.
    synchronized CopyState copied() {
        return accepted.copy(new SourcePartition(source.settings.source(), 0));
    }

    /// Asks for so many batches and then for nothing more, until [#askAgain].
    synchronized void askFor(int batches) {
        batchesLeft = batches;
    }

    /// Asks for nothing more until [#askAgain].
    synchronized void askNoMore() {
        asks = false;
    }

    synchronized void askAgain() {
        asks = true;
        batchesLeft = Integer.MAX_VALUE;
        if (owes && subscription != null) {
            owes = false;
            subscription.request(1);
        }
    }

    synchronized @Nullable MillraceException failure() {
        return failure;
    }

    MillraceException awaitFailure() {
        Awaiting.that(index + " fails", () -> failure() != null);
        return Objects.requireNonNull(failure());
    }

    /// As JSON, in the order of keys.
    synchronized List<String> documents() {
        return documents.values().stream().map(Document::toString).toList();
    }

    /// Every member of each document as JSON, in the order of keys.
    synchronized List<Map<String, String>> members() {
        return documents.values().stream().map(TableFollower::members).toList();
    }

    private static Map<String, String> members(Document document) {
        Map<String, String> members = new TreeMap<>();
        document.root()
                .members()
                .forEach((name, value) -> {
                    String inBrackets = new Value.Array(List.of(value)).toString();
                    members.put(name, inBrackets.substring(1, inBrackets.length() - 1));
                });
        return members;
    }

    synchronized int size() {
        return documents.size();
    }

    synchronized List<Change> given() {
        return List.copyOf(given);
    }

    synchronized List<Reject> rejects() {
        return List.copyOf(rejects);
    }

    /// Batches that left a transaction open.
    synchronized int parts() {
        return parts;
    }

    private final class Subscriber implements Flow.Subscriber<ChangeBatch> {
        private Flow.@Nullable Subscription own;

        @Override
        public void onSubscribe(Flow.Subscription opened) {
            own = opened;
            subscription = opened;
            opened.request(1);
        }

        @Override
        public void onNext(ChangeBatch batch) {
            synchronized (TableFollower.this) {
                if (own != subscription) {
                    return;
                }
                apply(batch);
                batches++;
                batchesLeft--;
                asks &= batchesLeft > 0;
                if (asks) {
                    Objects.requireNonNull(own).request(1);
                } else {
                    owes = true;
                }
            }
        }

        @Override
        public void onError(Throwable reason) {
            synchronized (TableFollower.this) {
                failure = (MillraceException) reason;
            }
        }

        @Override
        public void onComplete() {
            throw new IllegalStateException("a source of changes has no end");
        }
    }

    private void apply(ChangeBatch batch) {
        batch.changes().forEach(this::apply);
        given.addAll(batch.changes());
        rejects.addAll(batch.rejects());
        accepted = accepted.after(batch);
        inTransaction = batch.open();
        parts += batch.open() ? 1 : 0;
    }

    private void apply(Change change) {
        switch (change) {
            case Change.Upsert(
                            DocumentKey key,
                            Document document,
                            List<String> keep,
                            var origin) -> {
                Document current = documents.get(key);
                if (keep.isEmpty()) {
                    documents.put(key, document);
                } else if (current == null) {
                    rejects.add(
                            new Reject(Reject.Stage.RESOLVE, Reject.TOAST_BASE_MISSING, origin));
                } else {
                    documents.put(key, DocumentPatch.carryingOver(keep, current).applyTo(document));
                }
            }
            case Change.Delete(DocumentKey key, _) -> documents.remove(key);
            case Change.Truncate _ -> documents.clear();
            case Change.Patch _, Change.Append _ ->
                    throw new IllegalStateException("no change of a table: " + change);
        }
    }
}
