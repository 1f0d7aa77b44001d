package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/// The broker's two programs and their command lines, with the same Java this JVM runs on.
///
/// @param jars folder with the class path
/// @param home folder the programs run in
record BrokerProgram(Path jars, Path home) implements ServerProgram {
    private static final int HEAP_MEGABYTES = 256;

    static BrokerProgram of(Path jars, Path home) {
        return new BrokerProgram(
                jars.toAbsolutePath().normalize(), home.toAbsolutePath().normalize());
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public Path data() {
        return BrokerSettings.data(home);
    }

    @Override
    public Path log() {
        return home.resolve("broker.log");
    }

    @Override
    public String argument() {
        return BrokerSettings.file(home).toString();
    }

    /// An empty data folder is formatted.
    @Override
    public ProcessBuilder prepare(int port) throws IOException {
        if (!Files.isDirectory(jars)) {
            throw new MillraceException.Unavailable(
                    "no kafka jars in %s: the build copies them there (./mvnw process-resources)"
                            .formatted(jars));
        }
        Files.createDirectories(home.resolve("tmp"));
        var settings = BrokerSettings.write(home, port, Ports.freeBeside(port)).toString();
        if (!Files.exists(data().resolve("meta.properties"))) {
            var format =
                    java(
                            "kafka.tools.StorageTool",
                            "format",
                            "--ignore-formatted",
                            "-t",
                            Uuid.randomUuid().toString(),
                            "-c",
                            settings);
            ChildServer.run(builder(format), "format of " + data(), log());
        }
        var command = ChildServer.ownSession();
        command.addAll(java("kafka.Kafka", settings));
        return builder(command);
    }

    @Override
    public boolean reached(int port, ProcessHandle process, Duration timeMax) {
        return Readiness.ofKafka(port, process, timeMax);
    }

    @Override
    public boolean mayStartAgain(String logEnd) {
        return logEnd.contains("Address already in use");
    }

    @Override
    public List<String> stopCommand() {
        return List.of();
    }

    /// With the quick compiler only: who waits for a broker of a few topics waits for its start.
    private List<String> java(String mainClass, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx" + HEAP_MEGABYTES + "m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
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
                .redirectOutput(log().toFile());
    }
}
