package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.directory.Directory;
import io.millrace.document.Schema;
import java.util.List;

/// One incarnation of an index in one folder: opens, hands out the writer and snapshots, closes.
/// May be shared between threads.
public final class Index implements AutoCloseable {

    /// Publishes generation 1 in an empty folder.
    ///
    /// @throws MillraceException.Fenced when somebody else holds the folder
    /// @throws MillraceException.Bug when the folder already holds an index
    public static Index create(
            Directory directory,
            String name,
            String incarnation,
            Schema schema,
            SourceIdentity identity,
            Checkpoint start,
            IndexOptions options,
            NodeResources resources) {
        throw new MillraceException.Bug("skeleton");
    }

    /// True when the folder holds a published generation; a folder whose creation was cut off holds
    /// none.
    public static boolean exists(Directory directory) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Opens at the newest commit: verifies it, makes it durable again, removes what no commit
    /// names.
    public static Index open(Directory directory, IndexOptions options, NodeResources resources) {
        throw new MillraceException.Bug("skeleton");
    }

    public String name() {
        throw new MillraceException.Bug("skeleton");
    }

    public String incarnation() {
        throw new MillraceException.Bug("skeleton");
    }

    public Schema schema() {
        throw new MillraceException.Bug("skeleton");
    }

    public SourceIdentity identity() {
        throw new MillraceException.Bug("skeleton");
    }

    /// The one writer; its owner is the first thread that uses it.
    public IndexWriter writer() {
        throw new MillraceException.Bug("skeleton");
    }

    /// The newest published generation, held open.
    public IndexSnapshot snapshot() {
        throw new MillraceException.Bug("skeleton");
    }

    public CommitPoint newestCommit() {
        throw new MillraceException.Bug("skeleton");
    }

    /// Commit records still kept, newest first, at most `limit`.
    public List<CommitPoint> commits(int limit) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Events of the kept generations above `generation`, in order, at most `limit`.
    public List<IndexEvent> eventsAfter(long generation, int limit) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Rejects of the generations in (from, through], in order, for the dead-letter relay.
    public List<StoredReject> rejectsBetween(long from, long through) {
        throw new MillraceException.Bug("skeleton");
    }

    /// The newest rejects kept, newest first, at most `limit`, for people.
    public List<StoredReject> newestRejects(int limit) {
        throw new MillraceException.Bug("skeleton");
    }

    /// The newest generation whose events and dead letters are known to be acknowledged.
    public long publishedThrough() {
        throw new MillraceException.Bug("skeleton");
    }

    /// Notes that everything up to `generation` was acknowledged; stored by the next commit.
    public void markPublished(long generation) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Calls `listener` after each publication, on the manager's thread: it must not block. The
    /// returned handle ends that.
    public AutoCloseable onCommit(CommitListener listener) {
        throw new MillraceException.Bug("skeleton");
    }

    /// See [#onCommit].
    @FunctionalInterface
    public interface CommitListener {
        void committed(CommitPoint commit);
    }

    public IndexState state() {
        throw new MillraceException.Bug("skeleton");
    }

    @Override
    public void close() {
        throw new MillraceException.Bug("skeleton");
    }
}
