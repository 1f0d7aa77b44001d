package io.millrace.node;

import io.millrace.catalog.Catalog;
import io.millrace.pipeline.Indexes;
import io.millrace.publish.EventStream;
import io.millrace.source.postgres.PostgresSources;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/// Starts every defined index once the application is up, and ends them before anything they need
/// goes away.
@ApplicationScoped
class Lifecycle {
    private static final Logger LOG = Logger.getLogger(Lifecycle.class);

    private final Catalog catalog;
    private final Indexes indexes;
    private final EventStream events;
    private final PostgresSources databases;

    Lifecycle(Catalog catalog, Indexes indexes, EventStream events, PostgresSources databases) {
        this.catalog = catalog;
        this.indexes = indexes;
        this.events = events;
        this.databases = databases;
    }

    /// Late by default: after dev mode's services, which decide where the brokers are, and after
    /// the channels, which the first events leave through.
    void start(@Observes StartupEvent event) {
        for (Catalog.Problem problem : catalog.problems()) {
            LOG.errorf("definition %s is not used: %s", problem.file(), problem.message());
        }
        indexes.startAll();
        databases.start();
        LOG.infof("%d indexes started", catalog.definitions().size());
    }

    /// Channels close after this event, so the last commits still reach their topic.
    void stop(@Observes @Priority(1) ShutdownEvent event) {
        events.close();
        databases.close();
        indexes.close();
    }
}
