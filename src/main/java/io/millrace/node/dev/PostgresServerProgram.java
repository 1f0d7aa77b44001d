package io.millrace.node.dev;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A server of PostgreSQL, wherever its programs come from.
interface PostgresServerProgram extends ServerProgram {
    @Override
    default String name() {
        return "postgres";
    }

    @Override
    default Path log() {
        return home().resolve("postgres.log");
    }

    @Override
    default boolean reached(int port, ProcessHandle process, Duration timeMax) {
        return Readiness.ofPostgres(port, process, timeMax);
    }

    /// A command that runs in the home folder and says there what it does.
    default ProcessBuilder builder(List<String> command) {
        return new ProcessBuilder(command)
                .directory(home().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile());
    }
}
