package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/// PostgreSQL in a container that lives as long as the engine's command in the foreground does.
///
/// Its data is in a volume of the engine, named by a file in the home folder: whoever deletes that
/// folder begins anew.
///
/// @param engine the command `docker` or `podman`
/// @param container its name, and that of its volume
record ContainerProgram(Path engine, String image, String container, Path home)
        implements PostgresServerProgram {
    private static final Logger LOG = Logger.getLogger(ContainerProgram.class);
    private static final List<String> ENGINES = List.of("docker", "podman");

    static ContainerProgram of(String image, Path home) {
        var absolute = home.toAbsolutePath().normalize();
        try {
            return new ContainerProgram(findEngine(), image, name(absolute), absolute);
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "name of the container in %s: %s".formatted(absolute, e), e);
        }
    }

    @Override
    public Path data() {
        return home.resolve("name");
    }

    @Override
    public String argument() {
        return container;
    }

    /// One that a killed dev mode left is removed first; its volume stays. An image that is not
    /// here yet is fetched, however long that takes.
    @Override
    public ProcessBuilder prepare(int port) throws IOException {
        remove();
        var create =
                engineCommand(
                        "create",
                        "--rm",
                        "--name",
                        container,
                        "--publish",
                        "127.0.0.1:%d:5432".formatted(port),
                        "--volume",
                        container + ":/var/lib/postgresql",
                        "--env",
                        "POSTGRES_HOST_AUTH_METHOD=trust",
                        image,
                        "-c",
                        "wal_level=logical",
                        "-c",
                        "max_wal_senders=32",
                        "-c",
                        "max_replication_slots=32");
        ChildServer.run(builder(create), engine + " create", log());
        var command = ChildServer.ownSession();
        command.addAll(engineCommand("start", "--attach", container));
        return builder(command);
    }

    @Override
    public boolean mayStartAgain(String logEnd) {
        return logEnd.contains("already allocated") || logEnd.contains("already in use");
    }

    @Override
    public List<String> stopCommand() {
        return engineCommand("stop", container);
    }

    private static Path findEngine() {
        for (var folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            for (var engine : ENGINES) {
                var file = Path.of(folder, engine);
                if (Files.isExecutable(file)) {
                    return file;
                }
            }
        }
        throw new MillraceException.Unavailable(
                "millrace.dev.postgres.mode=container: no %s on the PATH"
                        .formatted(String.join(" or ", ENGINES)));
    }

    private static String name(Path home) throws IOException {
        var file = home.resolve("name");
        if (!Files.exists(file)) {
            Files.createDirectories(home);
            Files.writeString(file, "millrace-dev-postgres-" + UUID.randomUUID());
        }
        return Files.readString(file);
    }

    private void remove() throws IOException {
        try {
            ChildServer.run(
                    builder(engineCommand("rm", "--force", container)), engine + " rm", log());
        } catch (IOException e) {
            // Some engines fail when there is nothing to remove; whatever else it is, create says.
            LOG.debugf("container %s: %s", container, e.getMessage());
        }
    }

    private List<String> engineCommand(String... arguments) {
        var command = new ArrayList<String>();
        command.add(engine.toString());
        command.addAll(List.of(arguments));
        return command;
    }
}
