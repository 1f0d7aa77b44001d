package io.millrace.node.dev;

import io.millrace.MillraceException;
import io.millrace.node.KafkaSettings;
import io.millrace.publish.Topic;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Brings up what dev mode needs before anything connects to it, and says what runs where.
///
/// Owned by the application's start-up and shutdown, which never overlap.
@ApplicationScoped
@IfBuildProfile("dev")
class DevServices {
    private static final Logger LOG = Logger.getLogger(DevServices.class);
    private static final Path KAFKA_JARS = Path.of("target", "kafka-broker");
    private static final Path KAFKA_HOME = Path.of("target", "dev", "kafka");
    private static final Path POSTGRES_PROGRAMS = Path.of("target", "postgres-server");
    private static final Path POSTGRES_HOME = Path.of("target", "dev", "postgres");
    private static final String BOOTSTRAP_SERVERS = "kafka.bootstrap.servers";
    private static final Duration TOPICS_TIME_MAX = Duration.ofSeconds(15);

    /// True from start-up until the application has let go of its servers; a JVM-wide fact, so that
    /// it survives a live reload.
    private static final String BUSY = "io.millrace.dev.busy";

    private final Config config;
    private final DevSettings settings;
    private @Nullable QuakeReplay replay;
    private @Nullable ShopTraffic traffic;

    DevServices(Config config, DevSettings settings) {
        this.config = config;
        this.settings = settings;
    }

    /// Before every other observer: channels and sources read the bootstrap servers at theirs.
    void start(@Observes @Priority(1) StartupEvent event) {
        try {
            start();
        } catch (RuntimeException e) {
            // Nobody uses the servers that came up: they need not wait for anybody at the end.
            System.setProperty(BUSY, "false");
            throw e;
        }
    }

    private void start() {
        System.setProperty(BUSY, "true");
        var lines = new ArrayList<String>();
        switch (settings.kafka().mode()) {
            case EMBEDDED -> startBroker(lines);
            case EXTERNAL -> addExternalBroker(lines);
        }
        // The application's own settings: an external broker may want a login.
        var kafka = KafkaSettings.of(config);
        DevTopics.create(kafka, topics(), TOPICS_TIME_MAX);
        if (settings.sample().enabled()) {
            definitions().writeQuakes();
            var started = QuakeReplay.start(kafka, QuakeFeed.TOPIC, settings.sample().duration());
            replay = started;
            lines.add(
                    line(
                            "sample data",
                            "%,d records to topic %s within %d s, unless they are there"
                                    .formatted(
                                            started.recordCount(),
                                            QuakeFeed.TOPIC,
                                            settings.sample().duration().toSeconds())));
        }
        startShop(lines);
        lines.add(line("files", config.getValue("millrace.data-dir", String.class)));
        addHttp(lines);
        LOG.info(
                "dev mode, settings in dev-services.properties%n  %s"
                        .formatted(String.join(System.lineSeparator() + "  ", lines)));
    }

    void stop(@Observes @Priority(1) @BeforeDestroyed(ApplicationScoped.class) Object event) {
        var running = replay;
        if (running != null) {
            running.close();
        }
        var business = traffic;
        if (business != null) {
            business.close();
        }
    }

    /// After every other observer, channels included.
    void letGo(
            @Observes @Priority(Integer.MAX_VALUE) @BeforeDestroyed(ApplicationScoped.class)
                    Object event) {
        System.setProperty(BUSY, "false");
    }

    private void startBroker(List<String> lines) {
        int preferredPort = settings.kafka().port();
        var broker = EmbeddedKafka.start(KAFKA_JARS, KAFKA_HOME, preferredPort);
        broker.stopWithJvm(BUSY);
        System.setProperty(BOOTSTRAP_SERVERS, broker.bootstrapServers());
        if (preferredPort != 0 && broker.port() != preferredPort) {
            LOG.warnf("port %d is taken, kafka listens at %d", preferredPort, broker.port());
        }
        lines.add(
                line(
                        "kafka",
                        "%s (%s, pid %d, log %s)"
                                .formatted(
                                        broker.bootstrapServers(),
                                        broker.origin().words(),
                                        broker.pid(),
                                        KAFKA_HOME.resolve("broker.log"))));
    }

    private void startShop(List<String> lines) {
        if (settings.postgres().mode() == DevSettings.Postgres.Mode.NONE) {
            definitions().removeShop();
            return;
        }
        var database =
                DevPostgres.start(settings.postgres(), POSTGRES_PROGRAMS, POSTGRES_HOME, BUSY);
        lines.add(line("postgres", database.words()));
        if (!settings.shop().enabled()) {
            definitions().removeShop();
            return;
        }
        boolean loaded = database.load();
        definitions().writeShop(database.at());
        double stepsPerSecond = settings.shop().stepsPerSecond();
        if (stepsPerSecond > 0) {
            traffic = ShopTraffic.start(database.at(), settings.shop().seed(), stepsPerSecond);
        }
        lines.add(
                line(
                        "sample shop",
                        "%s, %s transactions a second, indexes %s"
                                .formatted(
                                        loaded ? "loaded just now" : "was loaded before",
                                        stepsPerSecond,
                                        String.join(", ", DevDefinitions.SHOP_INDEXES))));
    }

    private void addExternalBroker(List<String> lines) {
        var servers =
                config.getOptionalValue(BOOTSTRAP_SERVERS, String.class)
                        .orElseThrow(() ->
                                new MillraceException.Unavailable(
                                        "millrace.dev.kafka.mode=external needs "
                                                + BOOTSTRAP_SERVERS
                                                + " in dev-services.properties"));
        lines.add(line("kafka", servers + " (external)"));
    }

    /// What the application writes to, by the names that its settings give, and the sample's topic.
    private List<String> topics() {
        var names = new ArrayList<String>();
        for (var topic : Topic.values()) {
            names.add(
                    config.getValue(
                            "mp.messaging.outgoing.%s.topic".formatted(topic.channel()),
                            String.class));
        }
        if (settings.sample().enabled()) {
            names.add(QuakeFeed.TOPIC);
        }
        return names;
    }

    private DevDefinitions definitions() {
        return new DevDefinitions(
                Path.of(config.getValue("millrace.definitions-dir", String.class)),
                Path.of(config.getValue("millrace.secrets-dir", String.class)));
    }

    private void addHttp(List<String> lines) {
        int port = config.getValue("quarkus.http.port", int.class);
        var root = "http://localhost:" + port;
        FreeHttpPort.replaced()
                .ifPresent(taken -> LOG.warnf("port %d is taken, http listens at %d", taken, port));
        lines.add(line("search", root + "/"));
        lines.add(line("api", root + "/q/swagger-ui"));
        lines.add(line("dev ui", root + "/q/dev-ui"));
    }

    private static String line(String what, String where) {
        return "%-12s %s".formatted(what, where);
    }
}
