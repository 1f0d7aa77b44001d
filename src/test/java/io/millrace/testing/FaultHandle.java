package io.millrace.testing;

import org.jspecify.annotations.NullMarked;

/// A file of a [FaultDirectory] that is open, until closed once. Guarded by the machine.
@NullMarked
class FaultHandle {
    final FaultMachine machine;
    final String name;
    final FaultFile file;
    private boolean open = true;

    FaultHandle(FaultMachine machine, String name, FaultFile file) {
        this.machine = machine;
        this.name = name;
        this.file = file;
        machine.openFiles++;
    }

    public long length() {
        synchronized (machine) {
            return file.length();
        }
    }

    public void close() {
        synchronized (machine) {
            machine.openFiles -= open ? 1 : 0;
            open = false;
        }
    }
}
