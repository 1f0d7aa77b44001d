package io.millrace.node.dev;

import java.nio.file.Path;

/// A real Kafka broker of one node, KRaft mode, as a child process of this JVM.
///
/// Its home folder holds everything it leaves behind; how it is found again is written at
/// [ChildServer].
///
/// Immutable; the process ends with [#stop], or with this JVM once [#stopWithJvm] was called.
public final class EmbeddedKafka {
    private final ChildServer server;

    private EmbeddedKafka(ChildServer server) {
        this.server = server;
    }

    /// Comes back when the broker answers requests.
    ///
    /// @param jars folder with Kafka's class path, filled by the build
    /// @param home folder of this broker alone; created when missing
    /// @param preferredPort port to listen on, or 0 for any; when it is taken, another one is used
    /// @throws io.millrace.MillraceException.Unavailable with the end of the broker's log when it
    ///   does not come up
    public static EmbeddedKafka start(Path jars, Path home, int preferredPort) {
        return new EmbeddedKafka(ChildServer.start(BrokerProgram.of(jars, home), preferredPort));
    }

    /// Ends what a JVM that died left running in `home`; nothing happens when there is nothing, or
    /// when the JVM that started it is alive.
    public static void endLeftover(Path jars, Path home) {
        ChildServer.endLeftover(BrokerProgram.of(jars, home));
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port();
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

    /// Ends the broker, or leaves it alone when it is borrowed.
    public void stop() {
        server.stop();
    }

    /// Ends the broker when this JVM ends, see [ChildServer#stopWithJvm].
    public void stopWithJvm(String busyProperty) {
        server.stopWithJvm(busyProperty);
    }
}
