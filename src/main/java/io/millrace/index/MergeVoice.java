package io.millrace.index;

import io.millrace.index.MergeRun.Claim;
import io.millrace.index.MergeRun.Outcome;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Tells the log and whoever listens what the merges of an index do. May be shared between threads.
final class MergeVoice {
    private static final Logger LOG = System.getLogger(MergeVoice.class.getName());

    private final Generations generations;
    private final InstantSource clock;
    private final List<Index.MergeListener> listeners = new CopyOnWriteArrayList<>();

    MergeVoice(Generations generations, InstantSource clock) {
        this.generations = generations;
        this.clock = clock;
    }

    AutoCloseable onMerge(Index.MergeListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void planned(Claim claim) {
        announce(claim, MergeEvent.Phase.PLANNED, "");
    }

    void started(Claim claim) {
        LOG.log(
                Level.INFO,
                () ->
                        "merge started index=%s merge=%s reason=%s segments=%d documents=%d bytes=%d"
                                .formatted(
                                        name(),
                                        claim.output(),
                                        claim.plan().reason(),
                                        claim.inputs().size(),
                                        claim.liveCount(),
                                        claim.lengthBytes()));
        announce(claim, MergeEvent.Phase.STARTED, "");
    }

    /// That it was published is told by the commit.
    void ended(Claim claim, Outcome outcome) {
        switch (outcome) {
            case Outcome.Published _ -> {}
            case Outcome.GivenUp(String reason) -> {
                LOG.log(Level.INFO, () -> line("merge given up", claim) + " reason=" + reason);
                announce(claim, MergeEvent.Phase.ABANDONED, reason);
            }
            case Outcome.Failed(Throwable cause) -> {
                LOG.log(Level.WARNING, () -> line("merge failed", claim), cause);
                announce(claim, MergeEvent.Phase.ABANDONED, Outcome.reason(cause));
            }
            case Outcome.Damaged(var input, Throwable cause) -> {
                LOG.log(
                        Level.ERROR,
                        () -> line("merge failed", claim) + " damagedSegment=" + input,
                        cause);
                announce(claim, MergeEvent.Phase.ABANDONED, Outcome.reason(cause));
            }
        }
    }

    private String line(String what, Claim claim) {
        return "%s index=%s merge=%s inputs=%s"
                .formatted(what, name(), claim.output(), claim.plan().inputs());
    }

    private void announce(Claim claim, MergeEvent.Phase phase, String detail) {
        MergeEvent event =
                MergeEvent.of(generations.newest().record(), claim, phase, detail, clock.millis());
        for (Index.MergeListener listener : listeners) {
            try {
                listener.progressed(event);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, () -> "merge listener failed index=" + name(), e);
            }
        }
    }

    private String name() {
        return generations.newest().record().index();
    }
}
