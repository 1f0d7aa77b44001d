package io.millrace.publish;

/// The topics this node writes to. One partition each, so that the order of an index holds. Their
/// names are settings: `mp.messaging.outgoing.<channel>.topic`.
public enum Topic {
    COMMITS("commits"),
    MERGES("merges"),
    DEAD_LETTERS("dead-letters");

    private final String channel;

    Topic(String channel) {
        this.channel = channel;
    }

    /// The name of the messaging channel.
    public String channel() {
        return channel;
    }
}
