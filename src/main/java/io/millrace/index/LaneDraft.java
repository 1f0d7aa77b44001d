package io.millrace.index;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.change.Reject.Stage;
import io.millrace.directory.Directory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.LiveSchema;
import io.millrace.index.ChangeResolver.Outcome;
import io.millrace.index.LaneCommand.Slice;
import io.millrace.index.LaneDocuments.Place;
import io.millrace.segment.AnalyzedDocument;
import io.millrace.segment.SegmentBuilder;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one lane makes of its part of one generation: applies changes to their keys, in order, and
/// becomes a [LaneOutput] or nothing. Confined to the lane's thread.
///
/// Each change is first resolved and analysed, which may refuse it and changes nothing, then
/// applied, which must not fail.
final class LaneDraft {
    /// A document above this is rejected.
    static final int DOCUMENT_BYTES_MAX = 16 << 20;

    private static final Logger LOG = System.getLogger(LaneDraft.class.getName());

    private final Directory directory;
    private final BuilderMemory memory;
    private final BuilderMemory.Flush flush = this::flush;
    private final Ulids ulids;
    private final FileSweep sweep;
    private final ChangeResolver resolver;
    private final LaneDocuments documents;

    private @Nullable RejectsFile rejects;

    /// Files begun.
    private final List<String> files = new ArrayList<>();

    LaneDraft(
            Directory directory,
            LiveSchema schema,
            BuilderMemory memory,
            Ulids ulids,
            LaneBases bases,
            FileSweep sweep) {
        this.directory = directory;
        this.memory = memory;
        this.ulids = ulids;
        this.sweep = sweep;
        this.documents = new LaneDocuments(directory, schema, bases);
        this.resolver = new ChangeResolver(schema.current(), documents);
    }

    /// After a failure the draft is good for [#discard] only.
    void apply(Slice slice) throws IOException {
        for (Reject reject : slice.rejects()) {
            reject(reject);
        }
        int aheadEnd = resolver.hasKeys() ? 0 : slice.changeCount();
        for (int i = 0; i < slice.changeCount(); i++) {
            if (i == aheadEnd) {
                aheadEnd = documents.lookAhead(slice, i);
            }
            Change change = slice.change(i);
            memory.makeRoom(documents.ramBytes(), change.sizeBytes(), flush);
            apply(change, slice.seq(i));
            memory.settle(documents.ramBytes(), flush);
        }
    }

    private void apply(Change change, long seq) throws IOException {
        switch (resolver.resolve(change, seq)) {
            case Outcome.Store(DocumentKey key, Document document, @Nullable Place current) ->
                    store(key, document, current, change.origin(), seq);
            case Outcome.Remove(Place current) -> documents.remove(current);
            case Outcome.Clear _ -> documents.clear();
            case Outcome.Nothing _ -> {}
            case Outcome.Refused(Stage stage, String reason) ->
                    reject(new Reject(stage, reason, change.origin()));
        }
    }

    private void store(
            DocumentKey key, Document document, @Nullable Place current, Origin origin, long seq)
            throws IOException {
        AnalyzedDocument analyzed = analyze(document, origin);
        @Nullable Place replaced = current;
        if (analyzed != null && documents.openBuilder().isOutgrown()) {
            documents.flush(ulids, this::begin);
            replaced = current == null ? null : documents.find(key);
            analyzed = analyze(document, origin);
        }
        if (analyzed == null) {
            return;
        }
        if (replaced != null) {
            documents.remove(replaced);
        }
        documents.add(key, seq, analyzed);
    }

    /// Null when the document was rejected.
    private @Nullable AnalyzedDocument analyze(Document document, Origin origin)
            throws IOException {
        if (document.sizeBytes() > DOCUMENT_BYTES_MAX) {
            reject(
                    analyse(
                            "document of %d bytes, expected at most %d"
                                    .formatted(document.sizeBytes(), DOCUMENT_BYTES_MAX),
                            origin));
            return null;
        }
        SegmentBuilder open = documents.openBuilder();
        try {
            return open.analyze(document);
        } catch (InvalidRequest e) {
            reject(analyse(String.valueOf(e.getMessage()), origin));
        } catch (RuntimeException | StackOverflowError e) {
            // One document that trips an analyzer is set aside like any other bad one.
            LOG.log(Level.WARNING, () -> "analysis failed origin=" + origin, e);
            reject(analyse("analysis failed: " + e, origin));
        }
        return null;
    }

    /// Writes what is still in memory; all files of the output are forced, their names are not.
    LaneOutput finish() throws IOException {
        releaseMemory();
        RejectsMeta rejected = null;
        if (rejects != null) {
            rejected = rejects.finish();
            rejects = null;
        }
        return documents.toOutput(rejected);
    }

    /// Has what is in memory written.
    void releaseMemory() throws IOException {
        flush();
        memory.released();
    }

    private void flush() throws IOException {
        documents.flush(ulids, this::begin);
    }

    /// Claims the file before its first byte.
    private void begin(String file) {
        files.add(file);
        sweep.claim(file);
    }

    /// Lets go of everything written: nobody will need the files.
    void discard() {
        documents.close();
        memory.released();
        if (rejects != null) {
            rejects.abandon();
            rejects = null;
        }
        files.forEach(sweep::discard);
        files.clear();
    }

    private static Reject analyse(String reason, Origin origin) {
        return new Reject(Stage.ANALYSE, reason, origin);
    }

    private void reject(Reject reject) throws IOException {
        if (rejects == null) {
            String name = IndexFile.rejects(ulids.next());
            begin(name);
            rejects = RejectsFile.create(directory, name);
        }
        rejects.add(reject);
    }
}
