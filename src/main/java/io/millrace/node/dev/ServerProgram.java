package io.millrace.node.dev;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What [ChildServer] has to know of a server to run it as a child process.
interface ServerProgram {
    /// Its name in messages and of the thread that stops it, such as `kafka`.
    String name();

    /// Folder of this server alone, absolute: data, settings, log and note.
    Path home();

    /// Where what it keeps lies: deleted by a user whose data is damaged.
    Path data();

    Path log();

    /// An argument of its command line that no other process has.
    String argument();

    /// Writes settings and prepares the data folder where needed; the process is not started yet.
    ///
    /// @param port to listen on, on 127.0.0.1
    ProcessBuilder prepare(int port) throws IOException;

    /// Waits until it answers requests, not only connections.
    ///
    /// @return false when the process ended or the time is over
    boolean reached(int port, ProcessHandle process, Duration timeMax);

    /// True when the end of its log gives a reason that another start need not meet, such as a port
    /// that was taken before it could have it.
    boolean mayStartAgain(String logEnd);

    /// Command that ends it in good order; empty when the usual signal does.
    List<String> stopCommand();
}
