package io.millrace.node.dev;

/// How a start came by its server.
public enum ServerOrigin {
    /// A process of its own, started just now.
    STARTED("embedded"),
    /// Running already, and this JVM ends it: after a live reload, or left by a JVM that died.
    ADOPTED("embedded, was running"),
    /// Running already for another JVM that is alive and will end it.
    BORROWED("embedded, borrowed from another dev mode of this folder");

    private final String words;

    ServerOrigin(String words) {
        this.words = words;
    }

    /// For people who read the log of a start.
    String words() {
        return words;
    }
}
