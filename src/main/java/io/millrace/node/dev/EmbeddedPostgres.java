package io.millrace.node.dev;

import java.nio.file.Path;
import java.util.Map;

/// A real PostgreSQL server as a child process of this JVM, with `wal_level=logical`.
///
/// Its home folder holds everything it leaves behind; how it is found again is written at
/// [ChildServer]. It listens on 127.0.0.1 and trusts every user of this machine.
///
/// Immutable; the process ends with [#stop], or with this JVM once [#stopWithJvm] was called.
public final class EmbeddedPostgres {
    /// The one user there is; may do everything.
    public static final String SUPERUSER = "postgres";

    private final ChildServer server;

    private EmbeddedPostgres(ChildServer server) {
        this.server = server;
    }

    /// Comes back when the server answers queries.
    ///
    /// @param programs where its programs are, see [PostgresPrograms#in]
    /// @param home folder of this server alone; created when missing
    /// @param preferredPort port to listen on, or 0 for any; when it is taken, another one is used
    /// @param settings of `postgresql.conf`, on top of those that make it small and logical
    /// @throws io.millrace.MillraceException.Unavailable with the end of the server's log when it
    ///   does not come up
    public static EmbeddedPostgres start(
            Path programs, Path home, int preferredPort, Map<String, String> settings) {
        var program = PostgresProgram.of(PostgresPrograms.in(programs), home, Map.copyOf(settings));
        return new EmbeddedPostgres(ChildServer.start(program, preferredPort));
    }

    /// Ends what a JVM that died left running in `home`; nothing happens when there is nothing, or
    /// when the JVM that started it is alive.
    public static void endLeftover(Path programs, Path home) {
        ChildServer.endLeftover(PostgresProgram.of(PostgresPrograms.in(programs), home, Map.of()));
    }

    public int port() {
        return server.port();
    }

    public long pid() {
        return server.pid();
    }

    public ServerOrigin origin() {
        return server.origin();
    }

    /// The database of this name, which need not exist.
    public DevDatabase database(String name) {
        return DevDatabase.at(port(), name);
    }

    /// Ends the server in good order, or leaves it alone when it is borrowed: sessions are cut,
    /// what was committed is kept.
    public void stop() {
        server.stop();
    }

    /// Ends the server as a crash would: the next start recovers from its log.
    public void kill() {
        server.kill();
    }

    /// Ends the server when this JVM ends, see [ChildServer#stopWithJvm].
    public void stopWithJvm(String busyProperty) {
        server.stopWithJvm(busyProperty);
    }
}
