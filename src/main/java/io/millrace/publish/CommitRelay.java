package io.millrace.publish;

import io.millrace.index.Index;
import io.millrace.index.NodeResources;
import java.util.concurrent.atomic.LongAdder;

/// Publishes the commit events, dead letters and merge events of every index attached to it. May be
/// shared between threads.
///
/// What is to be sent lies in the commit records of the index, so nothing is lost while no broker
/// answers, nothing is held in memory, and no commit waits. Merge events are the exception: how a
/// merge gets on is kept nowhere, and dropped where it cannot be sent.
public final class CommitRelay {
    private final RecordSender sender;
    private final RelayOptions options;
    private final NodeResources resources;
    private final LongAdder droppedMergeEvents = new LongAdder();

    public CommitRelay(RecordSender sender, RelayOptions options, NodeResources resources) {
        this.sender = sender;
        this.options = options;
        this.resources = resources;
    }

    /// Publishes for an open index until the handle is closed, beginning with what is unpublished
    /// already. Closing waits for the last events, bounded by [RelayOptions#drainTimeout].
    public AutoCloseable attach(Index index) {
        IndexRelay relay =
                new IndexRelay(
                        index,
                        sender,
                        new MergeProgress(index.name(), sender, droppedMergeEvents),
                        options,
                        resources.nanoClock());
        Thread thread = resources.threads().newThread(relay);
        thread.setName("relay-" + index.name());
        thread.start();
        return relay;
    }

    /// Merge events that reached no topic, of all indexes, since the process started.
    public long droppedMergeEvents() {
        return droppedMergeEvents.sum();
    }
}
