package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.index.CrashScenario.Act;
import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.FaultDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Plays a [CrashScenario] on a folder from wherever the index stands, until it is complete or the
/// index cannot be used any more, and knows what the world outside was told on the way.
final class CrashRun {
    private static final int ATTEMPTS = 20;

    /// What a run knew at one call: the folder, and which generations and positions may be found
    /// after a power loss.
    record Moment(FaultDirectory disk, Known known) {}

    /// - acknowledged: the newest generation and position known to be published
    /// - inFlight: those that may be
    record Known(
            long acknowledged, long acknowledgedPosition, long inFlight, long inFlightPosition) {}

    private final CrashScenario scenario;
    private final FaultDirectory disk;
    private final List<Moment> moments = new ArrayList<>(); // guarded by itself

    private volatile Known known = new Known(0, 0, 0, 0);
    private volatile boolean complete;
    private Runnable onFailure = () -> {};

    CrashRun(CrashScenario scenario, FaultDirectory disk) {
        this.scenario = scenario;
        this.disk = disk;
    }

    boolean isComplete() {
        return complete;
    }

    Known known() {
        return known;
    }

    /// Is run after the first act that failed.
    void onFailure(Runnable action) {
        onFailure = action;
    }

    /// Plays all of it and returns what there was before every call.
    List<Moment> moments() {
        disk.probe(_ -> keepMoment());
        untilFailure();
        assertTrue(complete, scenario.name());
        keepMoment();
        synchronized (moments) {
            return List.copyOf(moments);
        }
    }

    private void keepMoment() {
        // Known first: what is acknowledged later cannot be asked of an earlier folder.
        Known before = known;
        FaultDirectory moment = disk.moment();
        synchronized (moments) {
            moments.add(new Moment(moment, before));
        }
    }

    void untilFailure() {
        if (known.acknowledged() == 0) {
            known = new Known(0, 0, 1, 0);
        }
        boolean reopen = true;
        while (reopen) {
            reopen = false;
            try (Index index = scenario.index().openOrCreate(disk)) {
                acknowledge(index);
                int attempts = 0;
                while (!complete && !reopen && attempts++ < ATTEMPTS && isUsable(index)) {
                    reopen = feed(index);
                }
                checkReadable(index);
            } catch (MillraceException.Unavailable e) {
                assertFailedForAReason(e);
                onFailure.run();
            }
        }
    }

    private int reopened;

    /// True when the index is to be opened again.
    private boolean feed(Index index) {
        try {
            return play(index);
        } catch (MillraceException.Unavailable e) {
            assertFailedForAReason(e);
            assertEquals(index.writer().committed(), index.writer().accepted());
            onFailure.run();
            return false;
        }
    }

    private boolean play(Index index) {
        long position = position(index);
        long end = 0;
        int reopens = 0;
        for (Act act : scenario.acts()) {
            end += CrashScenario.length(act);
            switch (act) {
                case Act.Commit(List<Step> steps) -> {
                    if (end > position) {
                        index.writer().add(IndexScenario.batch(index.writer().accepted(), steps));
                        publish(index, end);
                    }
                }
                case Act.Skip(long positions) -> {
                    if (end > position) {
                        index.writer()
                                .add(IndexScenario.skip(index.writer().accepted(), positions));
                        publish(index, end);
                    }
                }
                case Act.Abort(List<Step> steps) -> {
                    index.writer().add(IndexScenario.batch(index.writer().accepted(), steps));
                    index.writer().prepareCommit().close();
                }
                case Act.Reopen() -> {
                    if (end >= position && ++reopens > reopened) {
                        reopened++;
                        return true;
                    }
                }
                case Act.Do(var work) -> work.accept(index);
            }
        }
        complete = true;
        return false;
    }

    private void publish(Index index, long end) {
        try (PreparedCommit prepared = index.writer().prepareCommit()) {
            Known before = known;
            known =
                    new Known(
                            before.acknowledged(),
                            before.acknowledgedPosition(),
                            index.newestCommit().generation() + 1,
                            end);
            assertTrue(prepared.commit().isPresent());
        }
        acknowledge(index);
        if (scenario.heard()) {
            index.markPublished(known.acknowledged() - 1);
        }
    }

    private void acknowledge(Index index) {
        long generation = index.newestCommit().generation();
        long position = position(index);
        known = new Known(generation, position, generation, position);
    }

    static long position(Index index) {
        return Objects.requireNonNull(
                        index.newestCommit().checkpoint().position(IndexScenario.PARTITION))
                .next();
    }

    private void assertFailedForAReason(MillraceException e) {
        assertTrue(disk.struck() || disk.usableBytes() == 0, "failed without a fault: " + e);
    }

    private static boolean isUsable(Index index) {
        return !(index.state() instanceof IndexState.Failed);
    }

    /// Whatever happened to the writer: what is published can be read, and a force that failed is
    /// not tried again.
    private void checkReadable(Index index) {
        assertEquals(known.acknowledgedPosition(), position(index));
        assertEquals(scenario.model(position(index)), IndexScenario.documents(index));
        if (index.state() instanceof IndexState.Failed) {
            int before = disk.callCount();
            assertThrows(MillraceException.Unavailable.class, () -> index.writer().prepareCommit());
            assertFalse(
                    disk.callsSince(before).stream().anyMatch(call -> call.startsWith("force")),
                    "a force was tried again");
        }
    }
}
