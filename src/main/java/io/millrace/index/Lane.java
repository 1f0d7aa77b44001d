package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.directory.Directory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.index.LaneCommand.Slice;
import io.millrace.index.LaneOutput.OwnSegment;
import io.millrace.segment.AnalyzedDocument;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Turns the changes of its keys into segments and deletions, in order. All changes of one key come
/// to one lane, so the newest wins without any lock.
///
/// One worker thread runs it for the life of the index; everything below belongs to that thread.
/// Whatever goes wrong fails the generation as a whole: the lane lets go of what it wrote, drains
/// without working, and says so at the barrier.
final class Lane implements Runnable {
    /// A document above this is rejected.
    static final int DOCUMENT_BYTES_MAX = 16 << 20;

    private static final Logger LOG = System.getLogger(Lane.class.getName());

    private final Directory directory;
    private final Schema schema;
    private final long builderBytesMax;
    private final Ulids ulids;
    private final Intake intake;
    private final Runnable onDrained;
    private final Consumer<String> onDiscarded;

    private Generation base;
    private boolean paused;

    /// The last barrier that took an output of this lane, in case nobody takes it from there.
    private @Nullable Barrier reached;

    private @Nullable Throwable failure;

    // What this generation has so far.
    private @Nullable SegmentBuilder builder;
    private @Nullable RejectsFile rejects;
    private List<OwnSegment> ownSegments = new ArrayList<>();
    private @Nullable MutableRoaringBitmap[] committedDeletes = new MutableRoaringBitmap[0];
    private long liveDelta;

    /// Files begun, claimed before their first byte.
    private List<String> files = new ArrayList<>();

    /// @param onDiscarded is given the names of files that nobody will need, to be deleted
    Lane(
            Directory directory,
            Schema schema,
            long builderBytesMax,
            Ulids ulids,
            Intake intake,
            Generation base,
            Runnable onDrained,
            Consumer<String> onDiscarded) {
        this.directory = directory;
        this.schema = schema;
        this.builderBytesMax = builderBytesMax;
        this.ulids = ulids;
        this.intake = intake;
        this.base = base;
        this.onDrained = onDrained;
        this.onDiscarded = onDiscarded;
        begin(base);
    }

    @Override
    public void run() {
        boolean going = true;
        while (going) {
            LaneCommand command = intake.take(paused);
            try {
                going = obey(command);
            } catch (Throwable e) {
                // Nothing may end this thread early: whoever waits would wait in vain.
                answerFailed(command, e);
            }
        }
    }

    /// False when this was the last command.
    private boolean obey(LaneCommand command) {
        switch (command) {
            case Slice slice -> {
                boolean drained;
                try {
                    work(slice);
                } finally {
                    drained = intake.done(slice);
                }
                if (drained) {
                    onDrained.run();
                }
            }
            case LaneCommand.Flush(Barrier barrier) -> {
                paused = true;
                flushTo(barrier);
            }
            case LaneCommand.Resume(Generation next) -> begin(next);
            case LaneCommand.Reset(Generation newest, Barrier done) -> {
                discard();
                begin(newest);
                done.arrive(LaneOutput.EMPTY);
            }
            case LaneCommand.Stop _ -> {
                discard();
                if (reached != null) {
                    reached.takeBack(new MillraceException.Unavailable("the index is closed"))
                            .forEach(LaneOutput::closeReaders);
                }
                return false;
            }
        }
        return true;
    }

    private void answerFailed(LaneCommand command, Throwable cause) {
        failure = cause;
        LOG.log(Level.ERROR, () -> "lane failed in " + directory.describe(), cause);
        switch (command) {
            case LaneCommand.Flush(Barrier barrier) -> barrier.fail(cause);
            case LaneCommand.Reset(_, Barrier done) -> done.fail(cause);
            case Slice _, LaneCommand.Resume _, LaneCommand.Stop _ -> {}
        }
    }

    private void begin(Generation next) {
        base = next;
        paused = false;
        failure = null;
        builder = null;
        rejects = null;
        ownSegments = new ArrayList<>();
        files = new ArrayList<>();
        committedDeletes = new MutableRoaringBitmap[next.views().size()];
        liveDelta = 0;
    }

    private void work(Slice slice) {
        if (failure != null) {
            return;
        }
        try {
            for (Reject reject : slice.rejects()) {
                reject(reject);
            }
            long seq = slice.firstSeq();
            for (Change change : slice.changes()) {
                switch (change) {
                    case Change.Upsert(var key, var document, var origin) ->
                            upsert(key, document, origin, seq);
                    case Change.Delete(var key, _) -> removeCurrent(key);
                }
                seq++;
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    /// First what may be refused and changes nothing, then what must not fail.
    private void upsert(DocumentKey key, Document document, Origin origin, long seq)
            throws IOException {
        if (document.sizeBytes() > DOCUMENT_BYTES_MAX) {
            reject(
                    analyse(
                            "document of %d bytes, expected at most %d"
                                    .formatted(document.sizeBytes(), DOCUMENT_BYTES_MAX),
                            origin));
            return;
        }
        SegmentBuilder open = openBuilder();
        AnalyzedDocument analyzed;
        try {
            analyzed = open.analyze(document);
        } catch (MillraceException.InvalidRequest e) {
            reject(analyse(String.valueOf(e.getMessage()), origin));
            return;
        } catch (RuntimeException | StackOverflowError e) {
            // One document that trips an analyzer is set aside like any other bad one.
            LOG.log(Level.WARNING, () -> "analysis failed origin=" + origin, e);
            reject(analyse("analysis failed: " + e, origin));
            return;
        }
        removeCurrent(key);
        open.add(key, seq, analyzed);
        liveDelta++;
        if (open.ramBytes() > builderBytesMax) {
            flushBuilder();
        }
    }

    /// Takes away the visible document of a key, if there is one: at most one is (I8).
    private void removeCurrent(DocumentKey key) {
        if (builder != null) {
            int document = builder.find(key);
            if (document >= 0) {
                builder.delete(document);
                liveDelta--;
                return;
            }
        }
        for (OwnSegment segment : ownSegments.reversed()) {
            int document = segment.reader().find(key);
            if (document >= 0 && segment.deleted().checkedAdd(document)) {
                liveDelta--;
                return;
            }
        }
        List<SegmentView> committed = base.views();
        for (int i = committed.size() - 1; i >= 0; i--) {
            SegmentView view = committed.get(i);
            int document = view.reader().find(key);
            if (document >= 0 && !view.deleted().contains(document)) {
                MutableRoaringBitmap deletes = committedDeletes[i];
                if (deletes == null) {
                    deletes = new MutableRoaringBitmap();
                    committedDeletes[i] = deletes;
                }
                if (deletes.checkedAdd(document)) {
                    liveDelta--;
                }
                return;
            }
        }
    }

    private SegmentBuilder openBuilder() {
        if (builder == null) {
            builder = new SegmentBuilder(schema);
        }
        return builder;
    }

    private static Reject analyse(String reason, Origin origin) {
        return new Reject(Reject.Stage.ANALYSE, reason, origin);
    }

    private void reject(Reject reject) throws IOException {
        if (rejects == null) {
            String name = IndexFile.rejects(ulids.next());
            files.add(name);
            rejects = RejectsFile.create(directory, name);
        }
        rejects.add(reject);
    }

    private void flushBuilder() throws IOException {
        SegmentBuilder full = builder;
        builder = null;
        if (full == null || full.liveCount() == 0) {
            return;
        }
        int expected = full.liveCount();
        SegmentId id = new SegmentId(ulids.next());
        files.add(id.fileName());
        SegmentMeta meta = full.write(directory, id);
        SegmentReader reader = SegmentReader.open(directory, meta);
        ownSegments.add(new OwnSegment(reader, new MutableRoaringBitmap()));
        if (reader.documentCount() != expected) {
            throw new MillraceException.Bug(
                    "segment %s holds %d documents, its builder held %d"
                            .formatted(id, reader.documentCount(), expected));
        }
    }

    private void flushTo(Barrier barrier) {
        LaneOutput output = null;
        if (failure == null) {
            try {
                flushBuilder();
                RejectsMeta rejected = null;
                if (rejects != null) {
                    rejected = rejects.finish();
                    rejects = null;
                }
                output =
                        new LaneOutput(
                                ownSegments, Arrays.asList(committedDeletes), rejected, liveDelta);
            } catch (Throwable e) {
                fail(e);
            }
        }
        if (failure != null) {
            barrier.fail(failure);
        } else if (output != null && !barrier.arrive(output)) {
            // Nobody waits any more: a Reset is on its way, and these files are still ours.
            discard();
        } else {
            reached = barrier;
            ownSegments = new ArrayList<>();
            files = new ArrayList<>();
        }
    }

    private void fail(Throwable cause) {
        failure = cause;
        LOG.log(Level.WARNING, () -> "generation failed in " + directory.describe(), cause);
        discard();
    }

    /// Lets go of what this generation wrote.
    private void discard() {
        builder = null;
        for (OwnSegment segment : ownSegments) {
            segment.reader().close();
        }
        ownSegments = new ArrayList<>();
        if (rejects != null) {
            rejects.abandon();
            rejects = null;
        }
        files.forEach(onDiscarded);
        files = new ArrayList<>();
    }
}
