package io.millrace.node;

import io.millrace.MillraceException;
import io.millrace.catalog.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Finds what definitions name and never hold: passwords and certificates. Read anew each time, so
/// a changed one holds from the next connection on. Immutable.
final class Secrets {
    private static final int SECRET_BYTES_MAX = 64 << 10;

    private final UnaryOperator<@Nullable String> environment;
    private final Path folder;

    /// @param environment the value of a variable, null when it is not set
    Secrets(UnaryOperator<@Nullable String> environment, Path folder) {
        this.environment = environment;
        this.folder = folder;
    }

    /// Blocks.
    ///
    /// @param source whose secret it is, for messages
    /// @throws MillraceException.Unavailable when it is not there; the message holds no secret
    String find(String source, Secret secret) {
        return switch (secret) {
            case Secret.Variable(String name) -> {
                String value = environment.apply(name);
                if (value == null || value.isEmpty()) {
                    throw new MillraceException.Unavailable(
                            "source %s: variable %s of the node's environment is not set"
                                    .formatted(source, name));
                }
                yield value;
            }
            case Secret.File file -> content(source, file);
        };
    }

    /// Where a file of secrets is. Links may lead elsewhere: whoever mounts the folder makes them.
    Path path(Secret.File file) {
        return folder.resolve(file.path());
    }

    private String content(String source, Secret.File file) {
        Path path = path(file);
        try {
            if (Files.size(path) > SECRET_BYTES_MAX) {
                throw new MillraceException.Unavailable(
                        "source %s: %s is no secret, it has more than %d bytes"
                                .formatted(source, path, SECRET_BYTES_MAX));
            }
            String content = Files.readString(path);
            return content.endsWith("\n") ? content.substring(0, content.length() - 1) : content;
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "source %s: no secret in %s: %s".formatted(source, path, e), e);
        }
    }
}
