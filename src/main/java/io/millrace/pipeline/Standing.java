package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.index.IndexWriter;
import io.millrace.pipeline.PipelineStatus.State;
import io.millrace.source.SourceStatus;
import org.jspecify.annotations.Nullable;

/// Where a pipeline stands, and how that is told.
///
/// - detail: one sentence for people; empty when all is well
/// - ofSource: it is the source that has trouble; over as soon as it reads again
record Standing(State state, String detail, boolean ofSource) {
    static final Standing STARTING = new Standing(State.STARTING, "", false);
    static final Standing RUNNING = new Standing(State.RUNNING, "", false);
    static final Standing PAUSED =
            new Standing(State.PAUSED, "somebody paused it; it goes on when it is resumed", false);
    static final Standing DELETING = new Standing(State.DELETING, "", false);

    boolean canCommit() {
        return switch (state) {
            case RUNNING, RETRYING, PAUSED -> true;
            case STARTING, FAILED, DELETING, STOPPED -> false;
        };
    }

    /// True while changes are taken, or will be in a moment.
    boolean takesChanges() {
        return canCommit() && state != State.PAUSED;
    }

    /// What somebody is told who asked too early or too late.
    MillraceException.Unavailable refusal(String index) {
        String message = "index %s is %s: %s".formatted(index, state.label(), reason());
        return switch (state) {
            case FAILED -> MillraceException.Unavailable.untilRepaired(message, null);
            case STARTING, RUNNING, RETRYING, PAUSED, DELETING, STOPPED ->
                    new MillraceException.Unavailable(message);
        };
    }

    /// Never empty.
    private String reason() {
        if (!detail.isEmpty()) {
            return detail;
        }
        return switch (state) {
            case STARTING -> "it is being opened, try again in a moment";
            case RUNNING, RETRYING -> "it is being read, try again in a moment";
            case PAUSED -> "it is paused";
            case FAILED -> "see the log of this node";
            case DELETING -> "it is being deleted";
            case STOPPED -> "this node is stopping";
        };
    }

    /// @param open null before generation 1
    PipelineStatus status(SourceStatus source, @Nullable IndexFeeder open) {
        if (open == null) {
            return new PipelineStatus(
                    state,
                    detail,
                    source,
                    Checkpoint.EMPTY,
                    Checkpoint.EMPTY,
                    new IndexWriter.Pending(0, 0, 0, 0),
                    0,
                    0);
        }
        Standing shown = shown(source, open.restReason());
        IndexWriter writer = open.writer();
        return new PipelineStatus(
                shown.state,
                shown.detail,
                source,
                writer.committed(),
                writer.accepted(),
                writer.pending(),
                open.indexedChanges(),
                open.rejectedChanges());
    }

    /// A source that reads again is in no trouble, and one that rests is, before anybody wrote it
    /// down.
    private Standing shown(SourceStatus source, String restReason) {
        return switch (state) {
            case STARTING, PAUSED, FAILED, DELETING, STOPPED -> this;
            case RETRYING -> ofSource && reads(source) ? RUNNING : this;
            case RUNNING ->
                    restReason.isEmpty() ? this : new Standing(State.RETRYING, restReason, false);
        };
    }

    private static boolean reads(SourceStatus status) {
        return switch (status.state()) {
            case READING, PAUSED, DONE -> true;
            case STARTING, STOPPED, FAILED -> false;
        };
    }
}
