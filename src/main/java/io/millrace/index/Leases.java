package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.index.NodeResources.NanoClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Old generations that can still be read: for a time, by the id of a lease, so that a reader can
/// come back to the generation it began with; and the last few, by number.
///
/// Owns the snapshots that keep them. All of it lives in memory and ends with the process. What is
/// over by time is let go of at the next call or commit, or by [#endDue]. Guarded by itself;
/// snapshots are released without the lock.
final class Leases implements AutoCloseable {
    private final Supplier<IndexSnapshot> newest;
    private final Supplier<String> ids;
    private final NanoClock clock;
    private final Runnable onTaken;

    /// Begins the ids of leases that are shared; those of others are ULIDs.
    private static final String KEPT_BY_NUMBER = "generation ";

    /// What a shared lease runs longer than it was asked for, so that it is not extended all the
    /// time.
    private static final Duration KEEP_SLACK = Duration.ofSeconds(1);

    // Guarded by this.
    private final Map<String, Held> leases = new LinkedHashMap<>();
    private final Deque<Shared> kept = new ArrayDeque<>();
    private LeaseLimits limits = LeaseLimits.DEFAULT;
    private boolean closed;

    /// The last that was kept by [#keep], so that a newest generation that is paged through a
    /// thousand times a second is not leased as often. Whoever sees an old value leases again.
    private volatile KeptUntil recent = new KeptUntil(0, 0);

    private record KeptUntil(long generation, long endsAtNanos) {}

    /// A snapshot with several users; closed by the last of them.
    private static final class Shared {
        final IndexSnapshot snapshot;
        int users = 1; // guarded by the leases

        Shared(IndexSnapshot snapshot) {
            this.snapshot = snapshot;
        }

        long generation() {
            return snapshot.commit().generation();
        }
    }

    private static final class Held {
        final Shared shared;
        long endsAtNanos;

        Held(Shared shared, long endsAtNanos) {
            this.shared = shared;
            this.endsAtNanos = endsAtNanos;
        }
    }

    /// @param newest opens the newest generation
    /// @param onTaken told of a new lease, whose end [#endDue] tells; must not block
    Leases(
            Supplier<IndexSnapshot> newest,
            Supplier<String> ids,
            NanoClock clock,
            Runnable onTaken) {
        this.newest = newest;
        this.ids = ids;
        this.clock = clock;
        this.onTaken = onTaken;
    }

    /// Lets go of the leases that are over.
    ///
    /// @return nanoseconds until the next one is
    OptionalLong endDue() {
        synchronized (this) {
            if (leases.isEmpty()) {
                return OptionalLong.empty();
            }
        }
        return settle(() -> {
            long now = clock.nanos();
            // One may end while this is worked out.
            return leases.values().stream()
                    .mapToLong(held -> Math.max(0, held.endsAtNanos - now))
                    .min();
        });
    }

    void limit(LeaseLimits next) {
        settle(() -> {
            limits = next;
            return true;
        });
        committed();
    }

    /// A commit was published: it is kept, and the oldest kept one may go.
    void committed() {
        if (keepsNothing()) {
            settle(() -> true);
            return;
        }
        IndexSnapshot snapshot = newest.get();
        boolean isNew =
                settle(() -> {
                    boolean known =
                            !kept.isEmpty()
                                    && kept.getLast().generation()
                                            == snapshot.commit().generation();
                    if (!known) {
                        kept.addLast(new Shared(snapshot));
                    }
                    return !known;
                });
        if (!isNew) {
            snapshot.close();
        }
    }

    private synchronized boolean keepsNothing() {
        return limits.keptGenerations() == 0 || closed;
    }

    /// @throws MillraceException.Unavailable when there are too many leases
    Lease take(Duration duration) {
        IndexSnapshot snapshot = newest.get();
        boolean taken = false;
        try {
            Lease lease = settle(() -> lease(new Shared(snapshot), duration));
            taken = true;
            return lease;
        } finally {
            if (!taken) {
                snapshot.close();
            }
        }
    }

    /// A lease of a generation that can be read now: the newest, a kept or a leased one.
    ///
    /// @throws MillraceException.InvalidRequest GONE when it cannot be read any more
    Lease take(long generation, Duration duration) {
        try (IndexSnapshot open = newest.get()) {
            if (open.commit().generation() == generation) {
                return take(duration);
            }
        }
        return settle(() -> {
            Shared shared = find(generation);
            Lease lease = lease(shared, duration);
            shared.users++;
            return lease;
        });
    }

    /// Keeps a generation readable by its number for at least `duration`, with one lease for all
    /// who ask for it; the caller gives its snapshot away. Where there are too many leases the one
    /// of these that ends first ends early; where those of other kinds are too many nothing is
    /// kept.
    void keep(IndexSnapshot snapshot, Duration duration) {
        long generation = snapshot.commit().generation();
        KeptUntil known = recent;
        boolean given = false;
        try {
            if (known.generation() == generation
                    && known.endsAtNanos() - clock.nanos() >= duration.toNanos()) {
                return;
            }
            long endsAt = clock.nanos() + duration.plus(KEEP_SLACK).toNanos();
            given = settle(() -> keep(snapshot, endsAt));
            if (isKept(generation)) {
                recent = new KeptUntil(generation, endsAt);
            }
        } finally {
            if (!given) {
                snapshot.close();
            }
        }
    }

    private synchronized boolean isKept(long generation) {
        return leases.containsKey(KEPT_BY_NUMBER + generation);
    }

    /// True when the snapshot is needed for that.
    private boolean keep(IndexSnapshot snapshot, long endsAt) {
        String id = KEPT_BY_NUMBER + snapshot.commit().generation();
        Held held = leases.get(id);
        if (held != null) {
            held.endsAtNanos = Math.max(held.endsAtNanos, endsAt);
            return false;
        }
        if (leases.size() >= limits.leasesMax()
                && leases.keySet().stream().noneMatch(Leases::isShared)) {
            return false;
        }
        leases.put(id, new Held(new Shared(snapshot), endsAt));
        onTaken.run();
        return true;
    }

    private Lease lease(Shared shared, Duration duration) {
        if (closed || leases.size() >= limits.leasesMax()) {
            throw tooMany();
        }
        String id = ids.get();
        leases.put(id, new Held(shared, clock.nanos() + duration.toNanos()));
        onTaken.run();
        return new Lease(id, shared.generation());
    }

    private MillraceException.Unavailable tooMany() {
        return new MillraceException.Unavailable(
                "%d generations are leased, expected fewer than %d"
                        .formatted(leases.size(), limits.leasesMax()));
    }

    private static boolean isShared(String id) {
        return id.startsWith(KEPT_BY_NUMBER);
    }

    /// The generation of a lease, which is extended by being used.
    ///
    /// @throws MillraceException.InvalidRequest GONE when the lease is over
    IndexSnapshot use(String id, Duration extension) {
        return settle(() -> {
            Held held = leases.get(id);
            if (held == null) {
                throw MillraceException.InvalidRequest.gone(
                        "lease %s is over, start again with the newest generation".formatted(id));
            }
            held.endsAtNanos = clock.nanos() + extension.toNanos();
            return open(held.shared);
        });
    }

    /// The newest generation, a kept or a leased one.
    ///
    /// @throws MillraceException.InvalidRequest GONE when the generation is not readable any more
    IndexSnapshot open(long generation) {
        IndexSnapshot open = newest.get();
        if (open.commit().generation() == generation) {
            return open;
        }
        open.close();
        return settle(() -> open(find(generation)));
    }

    /// Ends a lease early; nothing happens when it is over.
    void end(String id) {
        settle(() -> {
            Held held = leases.get(id);
            if (held != null) {
                held.endsAtNanos = clock.nanos();
            }
            return true;
        });
    }

    /// True while a lease is running.
    boolean areTaken() {
        return settle(() -> !leases.isEmpty());
    }

    @Override
    public void close() {
        settle(() -> {
            closed = true;
            return true;
        });
    }

    private Shared find(long generation) {
        for (Held held : leases.values()) {
            if (held.shared.generation() == generation) {
                return held.shared;
            }
        }
        for (Shared shared : kept) {
            if (shared.generation() == generation) {
                return shared;
            }
        }
        throw MillraceException.InvalidRequest.gone(
                "generation %d cannot be read any more".formatted(generation));
    }

    private IndexSnapshot open(Shared shared) {
        shared.users++;
        return shared.snapshot.again(() -> {
            if (leave(shared)) {
                shared.snapshot.close();
            }
        });
    }

    /// True when the last user left.
    private synchronized boolean leave(Shared shared) {
        return --shared.users == 0;
    }

    /// Lets go of what is over, does the work, and lets go of what is too much.
    private <T> T settle(Supplier<T> work) {
        List<Shared> left = new ArrayList<>();
        try {
            Set<String> current = namesOfNewest();
            synchronized (this) {
                long now = clock.nanos();
                leases.values()
                        .removeIf(held -> held.endsAtNanos - now <= 0 && left.add(held.shared));
                T result = work.get();
                leases.values()
                        .removeIf(held -> held.endsAtNanos - now <= 0 && left.add(held.shared));
                shrink(current, left);
                return result;
            }
        } finally {
            for (Shared shared : left) {
                if (leave(shared)) {
                    shared.snapshot.close();
                }
            }
        }
    }

    private void shrink(Set<String> current, List<Shared> left) {
        // One more than are old: the last is the newest itself.
        while (!kept.isEmpty() && (closed || kept.size() > limits.keptGenerations() + 1)) {
            left.add(kept.removeFirst());
        }
        while (!leases.isEmpty() && closed) {
            left.add(endFirst(_ -> true));
        }
        while (leases.size() > limits.leasesMax()
                && leases.keySet().stream().anyMatch(Leases::isShared)) {
            left.add(endFirst(Leases::isShared));
        }
        while (pinnedBytes(current) > limits.pinnedBytesMax()
                && (kept.size() > 1 || !leases.isEmpty())) {
            left.add(kept.size() > 1 ? kept.removeFirst() : endFirst(_ -> true));
        }
    }

    private Shared endFirst(Predicate<String> among) {
        @Nullable String first = null;
        long endsAt = 0;
        for (Map.Entry<String, Held> entry : leases.entrySet()) {
            if (among.test(entry.getKey())
                    && (first == null || entry.getValue().endsAtNanos - endsAt < 0)) {
                first = entry.getKey();
                endsAt = entry.getValue().endsAtNanos;
            }
        }
        Held held = first == null ? null : leases.remove(first);
        if (held == null) {
            throw new MillraceException.Bug("no lease to end");
        }
        return held.shared;
    }

    private Set<String> namesOfNewest() {
        Set<String> names = new HashSet<>();
        try (IndexSnapshot open = newest.get()) {
            open.segments().forEach(view -> names.add(view.reader().meta().id().fileName()));
        } catch (MillraceException.Unavailable e) {
            // Closed: everything is let go of, whatever it pins.
        }
        return names;
    }

    private long pinnedBytes(Set<String> current) {
        Set<String> counted = new HashSet<>(current);
        long bytes = 0;
        List<Shared> all = new ArrayList<>(kept);
        leases.values().forEach(held -> all.add(held.shared));
        for (Shared shared : all) {
            for (SegmentView view : shared.snapshot.segments()) {
                if (counted.add(view.reader().meta().id().fileName())) {
                    bytes += view.reader().meta().lengthBytes();
                }
            }
        }
        return bytes;
    }
}
