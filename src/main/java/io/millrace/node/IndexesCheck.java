package io.millrace.node;

import io.millrace.catalog.Catalog;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.PipelineStatus;
import io.millrace.pipeline.RunningIndex;
import io.millrace.publish.CommitRelay;
import io.millrace.search.CacheFigures;
import io.millrace.search.Searches;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/// Ready unless every index is still starting: then nothing could be searched. One that waits for
/// its topic or stopped moving is told of, and does not take the others out of service.
@Readiness
class IndexesCheck implements HealthCheck {
    private final Indexes indexes;
    private final Catalog catalog;
    private final CommitRelay relay;
    private final Searches searches;

    IndexesCheck(Indexes indexes, Catalog catalog, CommitRelay relay, Searches searches) {
        this.indexes = indexes;
        this.catalog = catalog;
        this.relay = relay;
        this.searches = searches;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("indexes");
        boolean ready = indexes.list().isEmpty();
        for (RunningIndex index : indexes.list()) {
            PipelineStatus status = index.status();
            ready |= status.state() != PipelineStatus.State.STARTING;
            answer.withData(
                    index.definition().name(),
                    status.detail().isEmpty()
                            ? status.state().label()
                            : status.state().label() + ": " + status.detail());
        }
        answer.withData("unusableDefinitions", catalog.problems().size());
        answer.withData("droppedMergeEvents", relay.droppedMergeEvents());
        CacheFigures cache = searches.cacheFigures();
        answer.withData("searchCacheHits", cache.hits());
        answer.withData("searchCacheMisses", cache.misses());
        answer.withData("searchCacheBytes", cache.bytes());
        return answer.status(ready).build();
    }
}
