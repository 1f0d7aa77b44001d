package io.millrace.search;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.index.NodeResources.NanoClock;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Time and memory that one search may use. Whoever works for the search tells what it is about to
/// do; beyond the bounds, or once nobody waits for the answer, that ends the search. There are no
/// interrupts.
///
/// It is found by [#current] while the search runs, on its thread. All but [#cancel] are confined
/// to that thread.
public final class SearchBudget {
    private static final ScopedValue<SearchBudget> CURRENT = ScopedValue.newInstance();

    /// Of who measures or tests: no bounds.
    private static final SearchBudget BOUNDLESS =
            new SearchBudget(() -> 0, Duration.ofNanos(Long.MAX_VALUE), Long.MAX_VALUE);

    /// Steps between two looks at the clock: some 50 µs.
    private static final int STEPS_PER_LOOK = 4_096;

    private final NanoClock clock;
    private final Duration timeout;
    private final long begunNanos;
    private final long bytesMax;
    private volatile boolean cancelled;
    private long bytes;
    private int steps;
    private @Nullable Profile profile;

    /// The time runs from now on.
    public SearchBudget(NanoClock clock, Duration timeout, long bytesMax) {
        this.clock = clock;
        this.timeout = timeout;
        this.begunNanos = clock.nanos();
        this.bytesMax = bytesMax;
    }

    /// That of the search which this thread runs; one without bounds where it runs none.
    static SearchBudget current() {
        return CURRENT.orElse(BOUNDLESS);
    }

    /// Runs a search on this thread.
    ///
    /// @throws InvalidRequest TIMEOUT or MALFORMED with the bound and its name
    <T> T during(Supplier<T> search) {
        check();
        return ScopedValue.where(CURRENT, this).call(search::get);
    }

    /// Nobody waits for the answer any more: the search ends soon. May be called from any thread,
    /// and when it is over.
    public void cancel() {
        cancelled = true;
    }

    /// Notes from now on what the search does.
    Profile observe() {
        Profile observer = new Profile(clock);
        profile = observer;
        return observer;
    }

    /// Null when nobody wants to know.
    @Nullable Profile profile() {
        return profile;
    }

    void enter(Profile.Stage stage) {
        if (profile != null) {
            profile.enter(stage);
        }
    }

    boolean isBounded() {
        return this != BOUNDLESS;
    }

    /// So many documents or terms are looked at next.
    void spend(int next) {
        if (isBounded() && (steps += next) >= STEPS_PER_LOOK) {
            steps = 0;
            check();
        }
    }

    /// Looks at the clock.
    void check() {
        if (cancelled) {
            throw InvalidRequest.timeout("the search was given up");
        }
        if (isBounded() && clock.nanos() - begunNanos > timeout.toNanos()) {
            throw InvalidRequest.timeout(
                    "the search took longer than %d ms (searchTimeout, millrace.search.timeout): narrow it, or allow it more time"
                            .formatted(timeout.toMillis()));
        }
    }

    /// So many bytes are held from now on, until [#letGo].
    void hold(long more) {
        if (!isBounded()) {
            return;
        }
        bytes += more;
        if (bytes > bytesMax) {
            throw InvalidRequest.malformed(
                    "",
                    "the search needs more than %d bytes of memory (millrace.search.memory-bytes-max): use fewer clauses, or lower limit or offset"
                            .formatted(bytesMax));
        }
    }

    long heldBytes() {
        return bytes;
    }

    /// Everything held since then is not needed any more.
    void letGo(long heldBefore) {
        if (isBounded()) {
            bytes = heldBefore;
        }
    }
}
