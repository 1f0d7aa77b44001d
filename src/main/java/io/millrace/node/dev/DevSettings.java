package io.millrace.node.dev;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// The settings of `dev-services.properties` that are Millrace's own; the defaults hold when the
/// file is missing.
@ConfigMapping(prefix = "millrace.dev")
interface DevSettings {

    Kafka kafka();

    Sample sample();

    /// Whose broker dev mode uses.
    interface Kafka {
        @WithDefault("embedded")
        Mode mode();

        /// Preferred port of the embedded broker, 0 for any.
        @WithDefault("9092")
        int port();

        /// Either a child process, or brokers that run anyway.
        enum Mode {
            EMBEDDED,
            EXTERNAL
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
}
