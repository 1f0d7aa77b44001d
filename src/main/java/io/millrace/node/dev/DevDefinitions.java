package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The definitions of dev mode's samples, written anew at each start: what somebody changed in them
/// belongs elsewhere, and a database may be at another port than before.
///
/// @param folder what `millrace.definitions-dir` names
/// @param secrets what `millrace.secrets-dir` names
public record DevDefinitions(Path folder, Path secrets) {
    /// The source that the indexes of the shop read, and the file of its password.
    public static final String SHOP = "shop";

    /// The indexes of the shop.
    public static final List<String> SHOP_INDEXES = List.of("tracks", "invoices", "customers");

    /// The index of earthquakes.
    public void writeQuakes() {
        copy(QuakeFeed.TOPIC);
    }

    /// The source and the indexes of the shop.
    public void writeShop(DevDatabase database) {
        try {
            Files.createDirectories(folder);
            if (!database.password().isEmpty()) {
                Files.createDirectories(secrets);
                Files.writeString(secrets.resolve(SHOP), database.password());
            }
            Files.writeString(
                    folder.resolve(SHOP + ".yaml"),
                    """
                    # The database of dev mode, as its start found it.
                    kind: source
                    name: %s
                    postgres:
                      host: "%s"
                      port: %d
                      database: "%s"
                      user: "%s"
                    """
                                    .formatted(
                                            SHOP,
                                            database.host(),
                                            database.port(),
                                            database.database(),
                                            database.user())
                            + (database.password().isEmpty()
                                    ? ""
                                    : "  password: { file: %s }%n".formatted(SHOP)));
        } catch (IOException e) {
            throw unwritable(e);
        }
        SHOP_INDEXES.forEach(this::copy);
    }

    /// An earlier start may have wanted the shop.
    void removeShop() {
        try {
            Files.deleteIfExists(folder.resolve(SHOP + ".yaml"));
            for (var index : SHOP_INDEXES) {
                Files.deleteIfExists(folder.resolve(index + ".yaml"));
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private void copy(String index) {
        var resource = "/dev/definitions/%s.yaml".formatted(index);
        try (var definition = DevDefinitions.class.getResourceAsStream(resource)) {
            if (definition == null) {
                throw new MillraceException.Bug("resource " + resource + " is missing");
            }
            Files.createDirectories(folder);
            Files.write(folder.resolve(index + ".yaml"), definition.readAllBytes());
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private MillraceException unwritable(IOException cause) {
        return new MillraceException.Unavailable(
                "sample definitions could not be written to %s: %s".formatted(folder, cause),
                cause);
    }
}
