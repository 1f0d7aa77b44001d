package io.millrace.node.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The programs of PostgreSQL and their command lines.
///
/// They refuse to run as root. For that user they run in a user namespace of their own, where the
/// same files belong to somebody who is not root.
///
/// @param bin folder with the programs
/// @param settings of `postgresql.conf`, on top of [#SETTINGS]
record PostgresProgram(Path bin, Path home, Map<String, String> settings)
        implements PostgresServerProgram {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    /// Small, reachable from this machine only, and ready for many readers of its log.
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "listen_addresses", "127.0.0.1",
                    "unix_socket_directories", "",
                    "wal_level", "logical",
                    "max_wal_senders", "32",
                    "max_replication_slots", "32",
                    "shared_buffers", "32MB",
                    "timezone", "UTC",
                    "log_timezone", "UTC",
                    "jit", "off");

    static PostgresProgram of(Path bin, Path home, Map<String, String> settings) {
        return new PostgresProgram(bin, home.toAbsolutePath().normalize(), settings);
    }

    @Override
    public Path data() {
        return home.resolve("data");
    }

    @Override
    public String argument() {
        return "config_file=" + settingsFile();
    }

    @Override
    public ProcessBuilder prepare(int port) throws IOException {
        if (!Files.exists(data())) {
            initialize();
        }
        writeSettings(port);
        var command = ChildServer.ownSession();
        command.addAll(program("postgres", "-D", data().toString(), "-c", argument()));
        return builder(command);
    }

    @Override
    public boolean mayStartAgain(String logEnd) {
        // The second: processes of a server that was killed are about to notice it.
        return logEnd.contains("Address already in use")
                || logEnd.contains("pre-existing shared memory block");
    }

    /// The usual signal would wait for every client to go by itself.
    @Override
    public List<String> stopCommand() {
        return program("pg_ctl", "stop", "-D", data().toString(), "-m", "fast", "-W");
    }

    /// Under another name until it is whole: a data folder that is half made fails every start.
    private void initialize() throws IOException {
        var pending = home.resolve("data.pending");
        if (Files.exists(pending)) {
            try (var paths = Files.walk(pending)) {
                for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        var initdb =
                program(
                        "initdb",
                        "--pgdata=" + pending,
                        "--username=" + EmbeddedPostgres.SUPERUSER,
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync");
        ChildServer.run(builder(initdb), "initdb of " + pending, log());
        Files.move(pending, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void writeSettings(int port) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(SETTINGS);
        all.putAll(settings);
        all.put("port", Integer.toString(port));
        Files.writeString(
                settingsFile(),
                all.entrySet().stream()
                        .map(entry ->
                                "%s = '%s'%n"
                                        .formatted(
                                                entry.getKey(),
                                                entry.getValue().replace("'", "''")))
                        .sorted()
                        .collect(Collectors.joining()));
    }

    private Path settingsFile() {
        return home.resolve("postgresql.conf");
    }

    private List<String> program(String name, String... arguments) {
        var command = new ArrayList<String>();
        if (ROOT) {
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(bin.resolve(name).toString());
        command.addAll(List.of(arguments));
        return command;
    }
}
