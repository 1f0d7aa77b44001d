package io.millrace.source;

import io.millrace.MillraceException;
import java.util.concurrent.atomic.AtomicLong;

/// The batches that a subscriber asked for and was not given. The subscriber adds on any thread,
/// the thread that reads takes.
public final class Demand {
    private final AtomicLong open = new AtomicLong();
    private volatile boolean broken;

    /// Asks for more. Less than one breaks a rule, which the reading thread is told by [#check].
    public void add(long batches) {
        if (batches <= 0) {
            broken = true;
        } else {
            open.accumulateAndGet(
                    batches, (held, more) -> held + more < 0 ? Long.MAX_VALUE : held + more);
        }
    }

    /// @throws MillraceException.Bug when the subscriber asked for less than one batch
    public void check() {
        if (broken) {
            throw new MillraceException.Bug("a subscriber asked for less than one batch");
        }
    }

    public boolean isNone() {
        return open.get() == 0;
    }

    /// Uses up one; false when there is none. Who asked for everything has asked for ever.
    public boolean take() {
        return open.getAndUpdate(held -> held == 0 || held == Long.MAX_VALUE ? held : held - 1) > 0;
    }
}
