package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command lines of the broker's two programs, with the same Java this JVM runs on.
///
/// @param jars folder with the class path
/// @param home folder the programs run in
record BrokerCommand(Path jars, Path home) {
    private static final int HEAP_MEGABYTES = 256;

    static BrokerCommand of(Path jars, Path home) throws IOException {
        var folder = jars.toAbsolutePath().normalize();
        if (!Files.isDirectory(folder)) {
            throw new MillraceException.Unavailable(
                    "no kafka jars in %s: the build copies them there (./mvnw process-resources)"
                            .formatted(folder));
        }
        Files.createDirectories(home.resolve("tmp"));
        return new BrokerCommand(folder, home);
    }

    static Path log(Path home) {
        return home.resolve("broker.log");
    }

    /// Prepares an empty data folder.
    ProcessBuilder format(Path settings, String clusterId) {
        return builder(
                java(
                        "kafka.tools.StorageTool",
                        "format",
                        "--ignore-formatted",
                        "-t",
                        clusterId,
                        "-c",
                        settings.toString()));
    }

    /// The broker. In a session of its own where the system can do that: Ctrl-C goes to every
    /// process of a terminal's foreground group, and must reach the application first.
    ProcessBuilder server(Path settings) {
        var command = java("kafka.Kafka", settings.toString());
        var setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            // Replaces itself by the broker, so the process keeps its number.
            command.addFirst(setsid.toString());
        }
        return builder(command);
    }

    private List<String> java(String mainClass, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx" + HEAP_MEGABYTES + "m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djava.awt.headless=true",
                        "-Djava.io.tmpdir=" + home.resolve("tmp"),
                        "-Dorg.slf4j.simpleLogger.showDateTime=true",
                        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
                        "-cp",
                        jars + "/*",
                        mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    private ProcessBuilder builder(List<String> command) {
        return new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log(home).toFile());
    }
}
