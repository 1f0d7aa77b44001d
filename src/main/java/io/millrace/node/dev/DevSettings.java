package io.millrace.node.dev;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/// The settings of `dev-services.properties` that are Millrace's own; the defaults hold when the
/// file is missing.
@ConfigMapping(prefix = "millrace.dev")
interface DevSettings {

    Kafka kafka();

    Postgres postgres();

    Sample sample();

    Shop shop();

    /// Whose broker dev mode uses.
    interface Kafka {
        @WithDefault("embedded")
        Kafka.Mode mode();

        /// Preferred port of the embedded broker, 0 for any.
        @WithDefault("9092")
        int port();

        /// Either a child process, or brokers that run anyway.
        enum Mode {
            EMBEDDED,
            EXTERNAL
        }
    }

    /// Whose database dev mode uses.
    interface Postgres {
        @WithDefault("embedded")
        Postgres.Mode mode();

        /// Preferred port of the embedded server or the container, 0 for any; of an external server
        /// its port.
        @WithDefault("5432")
        int port();

        @WithDefault("localhost")
        String host();

        /// Created where it is missing, unless the server is external.
        @WithDefault("shop")
        String database();

        @WithDefault(EmbeddedPostgres.SUPERUSER)
        String user();

        Optional<String> password();

        @WithDefault("docker.io/library/postgres:18")
        String image();

        /// A child process, a container, a server that runs anyway, or nothing at all.
        enum Mode {
            EMBEDDED,
            CONTAINER,
            EXTERNAL,
            NONE
        }
    }

    /// The replayed earthquakes.
    interface Sample {
        @WithDefault("true")
        boolean enabled();

        /// How long the whole replay takes.
        @WithDefault("30s")
        Duration duration();
    }

    /// The music store and what happens in it.
    interface Shop {
        @WithDefault("true")
        boolean enabled();

        /// Transactions; 0 leaves the tables as they are.
        @WithDefault("2")
        double stepsPerSecond();

        /// Tells what the steps do.
        @WithDefault("1")
        long seed();
    }
}
