package io.millrace.index;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The prepared commit of one writer. Confined to the writer's owner.
///
/// The writer knows its draft and not this, so that a caller who forgets it does not hold the
/// publication token until the deadline: what becomes unreachable unresolved is reported, with the
/// place where it was prepared, and given up.
final class StagedCommit implements PreparedCommit {
    private static final Logger LOG = System.getLogger(StagedCommit.class.getName());
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int FRAMES_MAX = 12;

    private final IndexWriter writer;
    private final Draft draft;
    private final Leak leak;
    private final Cleaner.Cleanable cleanable;

    StagedCommit(IndexWriter writer, SegmentManager manager, Draft draft) {
        this.writer = writer;
        this.draft = draft;
        this.leak = new Leak(manager, draft, callers());
        this.cleanable = CLEANER.register(this, leak);
    }

    @Override
    public Optional<CommitPoint> commit() {
        try {
            return writer.commit(draft);
        } finally {
            resolved();
        }
    }

    @Override
    public void close() {
        try {
            writer.abandon(draft);
        } finally {
            resolved();
        }
    }

    private void resolved() {
        if (!writer.isOpen(draft)) {
            leak.isResolved = true;
            cleanable.clean();
        }
    }

    /// Up from who asked for it.
    private static List<StackWalker.StackFrame> callers() {
        String own = StagedCommit.class.getName();
        return StackWalker.getInstance()
                .walk(frames ->
                        frames.dropWhile(frame -> frame.getClassName().equals(own))
                                .limit(FRAMES_MAX)
                                .toList());
    }

    /// Run when the commit is unreachable. Touches nothing that belongs to the writer's owner.
    private static final class Leak implements Runnable {
        private final SegmentManager manager;
        private final Draft draft;
        private final List<StackWalker.StackFrame> preparedAt;
        private volatile boolean isResolved;

        Leak(SegmentManager manager, Draft draft, List<StackWalker.StackFrame> preparedAt) {
            this.manager = manager;
            this.draft = draft;
            this.preparedAt = preparedAt;
        }

        @Override
        public void run() {
            if (isResolved) {
                return;
            }
            manager.lose(draft);
            LOG.log(
                    Level.WARNING,
                    () ->
                            "prepared commit was neither committed nor closed index=%s prepared at %s"
                                    .formatted(
                                            manager.newest().record().index(),
                                            preparedAt.stream()
                                                    .map(StackWalker.StackFrame::toString)
                                                    .collect(Collectors.joining("\n  "))));
        }
    }
}
