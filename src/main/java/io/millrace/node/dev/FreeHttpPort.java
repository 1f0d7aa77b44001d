package io.millrace.node.dev;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.spi.ConfigSource;

/// Replaces `quarkus.http.port` in dev mode by the next free port when it is taken.
///
/// The choice is remembered for the life of the JVM, in system properties: after a live reload the
/// port is taken, by this application.
public final class FreeHttpPort implements ConfigSourceFactory {
    private static final String HTTP_PORT = "quarkus.http.port";
    private static final String ASKED = "io.millrace.dev.http.asked";
    private static final String CHOSEN = "io.millrace.dev.http.chosen";
    private static final int TRIES_MAX = 100;
    // Above application.properties and dev-services.properties, below system properties.
    private static final int ORDINAL = 275;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        var asked = context.getValue(HTTP_PORT).getValue();
        if (!context.getProfiles().contains("dev") || asked == null) {
            return List.of();
        }
        if (!asked.equals(System.getProperty(ASKED))) {
            System.setProperty(ASKED, asked);
            System.setProperty(CHOSEN, Integer.toString(choose(Integer.parseInt(asked))));
        }
        return List.of(
                new PropertiesConfigSource(
                        Map.of(HTTP_PORT, System.getProperty(CHOSEN)), "free http port", ORDINAL));
    }

    /// The port that was asked for and could not be had; empty when it was free.
    static OptionalInt replaced() {
        var asked = System.getProperty(ASKED);
        return asked == null || asked.equals(System.getProperty(CHOSEN))
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(asked));
    }

    private static int choose(int asked) {
        for (int port = asked; asked != 0 && port < asked + TRIES_MAX; port++) {
            if (Ports.isFree(port)) {
                return port;
            }
        }
        return asked;
    }
}
