package io.millrace.source.postgres;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.change.SourcePartition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts what the log says into batches: several whole transactions in one, and one that is larger
/// than a batch in parts, of which only the last moves the position. Confined to the index's
/// thread.
final class TransactionBatches {
    private final SourcePartition partition;
    private final WalReadOptions options;

    private List<Change> changes = new ArrayList<>();
    private List<Reject> rejects = new ArrayList<>();
    private long sizeBytes;

    /// How many of them belong to whole transactions.
    private int wholeChanges;

    private int wholeRejects;

    private boolean inTransaction;

    /// A transaction ended since the last batch.
    private boolean touched;

    /// Where the batches given so far end, and where the whole transactions do.
    private long givenLsn;

    private long wholeLsn;

    TransactionBatches(SourcePartition partition, long fromLsn, WalReadOptions options) {
        this.partition = partition;
        this.options = options;
        this.givenLsn = fromLsn;
        this.wholeLsn = fromLsn;
    }

    void begin() {
        inTransaction = true;
    }

    void add(Change change) {
        changes.add(change);
        sizeBytes += change.sizeBytes();
    }

    void add(Reject reject) {
        rejects.add(reject);
        sizeBytes += Change.OVERHEAD_BYTES + (long) reject.origin().sizeBytes();
    }

    void commit(long endLsn) {
        inTransaction = false;
        wholeChanges = changes.size();
        wholeRejects = rejects.size();
        wholeLsn = endLsn;
        touched = true;
    }

    /// The log has nothing for the index up to here, unless a transaction is under way.
    void pass(long lsn) {
        if (!inTransaction) {
            wholeLsn = Math.max(wholeLsn, lsn);
        }
    }

    /// True when there is as much as a batch may hold.
    boolean isFull() {
        return changes.size() + rejects.size() >= options.batchChangesMax()
                || sizeBytes >= options.batchBytesMax();
    }

    /// True when whole transactions wait to be given.
    boolean hasWhole() {
        return touched;
    }

    /// True when nothing but the position moved.
    boolean hasOnlyMoved() {
        return wholeLsn > givenLsn && !touched;
    }

    /// The next batch; null when there is nothing that may be given: a part of a transaction waits
    /// until it is as large as a batch.
    @Nullable ChangeBatch cut() {
        if (wholeLsn > givenLsn) {
            return whole();
        }
        return isFull() ? part() : null;
    }

    private ChangeBatch whole() {
        PositionRange range =
                new PositionRange(partition, Position.of(givenLsn), Position.of(wholeLsn));
        ChangeBatch batch =
                ChangeBatch.of(
                        changes.subList(0, wholeChanges),
                        rejects.subList(0, wholeRejects),
                        List.of(range));
        changes = new ArrayList<>(changes.subList(wholeChanges, changes.size()));
        rejects = new ArrayList<>(rejects.subList(wholeRejects, rejects.size()));
        sizeBytes -= batch.sizeBytes();
        wholeChanges = 0;
        wholeRejects = 0;
        givenLsn = wholeLsn;
        touched = false;
        return batch;
    }

    private ChangeBatch part() {
        ChangeBatch batch = ChangeBatch.ofPart(changes, rejects);
        changes = new ArrayList<>();
        rejects = new ArrayList<>();
        sizeBytes = 0;
        return batch;
    }
}
