package io.millrace.publish;

/// The topics this node writes to. One partition each, so that the order of an index holds.
public enum Topic {
    COMMITS("commits", "millrace.commits"),
    DEAD_LETTERS("dead-letters", "millrace.dead-letters");

    private final String channel;
    private final String topicName;

    Topic(String channel, String topicName) {
        this.channel = channel;
        this.topicName = topicName;
    }

    /// The name of the messaging channel, in `mp.messaging.outgoing.*` keys.
    public String channel() {
        return channel;
    }

    public String topicName() {
        return topicName;
    }
}
