package io.millrace.testing;

import io.millrace.directory.DurabilityLost;
import io.millrace.directory.StoreFull;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.NullMarked;

/// What all folders of one [FaultDirectory] share: it numbers the calls, from 1, lets one of them
/// fail, and counts room, open files and maps. Guarded by itself.
@NullMarked
final class FaultMachine {

    /// What a call asks of the machine, and so how it can fail.
    enum Need {
        LOOK,
        OPEN,
        CREATE,
        WRITE,
        NAME,
        DURABILITY;

        boolean isForRoom() {
            return this == CREATE || this == WRITE || this == NAME;
        }
    }

    private final List<String> calls = new ArrayList<>();
    private long faultAt = Long.MAX_VALUE;
    private FaultDirectory.Fault fault = FaultDirectory.Fault.DEVICE_ERROR;
    private boolean struck;
    private boolean powerless;
    private boolean gone;
    private volatile Consumer<String> probe = _ -> {};

    // Used by the folders, under the lock of this machine.
    Supplier<Arena> arenas = Arena::ofShared;
    long capacityBytes = Long.MAX_VALUE;
    long writtenBytes;
    int openMaps;
    int openFiles;

    synchronized void strikeAt(long call, FaultDirectory.Fault kind) {
        faultAt = calls.size() + call;
        fault = kind;
        struck = false;
    }

    synchronized boolean struck() {
        return struck;
    }

    void probe(Consumer<String> watcher) {
        probe = watcher;
    }

    synchronized int callCount() {
        return calls.size();
    }

    synchronized List<String> callsSince(int before) {
        return List.copyOf(calls.subList(before, calls.size()));
    }

    /// Enters a call. True when a write is to be cut short.
    boolean call(String what, Need need) throws IOException {
        probe.accept(what);
        synchronized (this) {
            calls.add(what);
            if (powerless) {
                throw new IOException("no power: " + what);
            }
            if (gone) {
                throw deviceError(what, need);
            }
            if (calls.size() != faultAt) {
                return false;
            }
            return strike(what, need);
        }
    }

    private boolean strike(String what, Need need) throws IOException {
        switch (fault) {
            case DEVICE_ERROR -> {
                struck = true;
                throw deviceError(what, need);
            }
            case DEVICE_GONE -> {
                struck = true;
                gone = true;
                throw deviceError(what, need);
            }
            case FULL -> {
                if (need.isForRoom()) {
                    struck = true;
                    throw new StoreFull("injected at " + what, new IOException("full"));
                }
            }
            case NO_DESCRIPTORS -> {
                if (need == Need.CREATE || need == Need.OPEN) {
                    struck = true;
                    throw new StoreFull(
                            "injected at " + what, new IOException("too many open files"));
                }
            }
            case READ_ONLY -> {
                if (need.isForRoom()) {
                    struck = true;
                    throw new IOException("read-only file system, injected at " + what);
                }
            }
            case SHORT_WRITE -> {
                struck = need == Need.WRITE;
                return struck;
            }
            case POWER_LOSS -> {
                struck = true;
                powerless = true;
                throw new IOException("power lost at " + what);
            }
        }
        return false;
    }

    private static IOException deviceError(String what, Need need) {
        return need == Need.DURABILITY
                ? new DurabilityLost("injected at " + what, null)
                : new IOException("injected at " + what);
    }
}
