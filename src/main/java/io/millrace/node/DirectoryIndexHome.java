package io.millrace.node;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition;
import io.millrace.directory.Directory;
import io.millrace.directory.DurabilityLost;
import io.millrace.document.Schema;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.NodeResources;
import io.millrace.pipeline.IndexHome;
import io.millrace.source.ChangeSource;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryNotEmptyException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Indexes in folders: `<data>/<index>/<incarnation>/`, and `<data>/<index>/current.<n>`, which
/// says which incarnation is the current one.
public final class DirectoryIndexHome implements IndexHome {
    private static final Logger LOG = System.getLogger(DirectoryIndexHome.class.getName());

    private final Directory data;
    private final IndexOptions options;
    private final NodeResources resources;

    /// Null for the one that is current.
    private final @Nullable String only;

    public DirectoryIndexHome(Directory data, IndexOptions options, NodeResources resources) {
        this(data, options, resources, null);
    }

    private DirectoryIndexHome(
            Directory data, IndexOptions options, NodeResources resources, @Nullable String only) {
        this.data = data;
        this.options = options;
        this.resources = resources;
        this.only = only;
    }

    @Override
    public IndexHome ofIncarnation(String incarnation) {
        return new DirectoryIndexHome(data, options, resources, incarnation);
    }

    @Override
    public String newIncarnation() {
        return HexFormat.of().toHexDigits(resources.random().nextLong());
    }

    @Override
    public boolean exists(String name) {
        return current(name).isPresent();
    }

    @Override
    public Index open(String name) {
        String incarnation =
                current(name)
                        .orElseThrow(() ->
                                new MillraceException.Bug(
                                        "index %s opened before its generation 1".formatted(name)));
        return Index.open(inFolder(name, lives -> lives.folder(incarnation)), options, resources);
    }

    /// What a creation left that a crash cut off goes first, so that such folders do not pile up.
    @Override
    public Index create(IndexDefinition definition, ChangeSource.Start start) {
        String name = definition.name();
        String incarnation = only == null ? newIncarnation() : only;
        return inFolder(
                name,
                lives -> {
                    if (only == null) {
                        for (String left : incarnations(name)) {
                            deleteIncarnation(name, left);
                        }
                    }
                    Index created =
                            Index.create(
                                    lives.folder(incarnation),
                                    name,
                                    incarnation,
                                    schema(definition, start),
                                    start.identity().with(definition.source().facts()),
                                    start.checkpoint(),
                                    options,
                                    resources);
                    if (only == null) {
                        noteCurrent(lives, created);
                    }
                    return created;
                });
    }

    private static Schema schema(IndexDefinition definition, ChangeSource.Start start) {
        ChangeSource.SourceFields known = start.fields();
        return known == null
                ? definition.schema()
                : definition.schema().completedBy(known.keyPaths(), known.fields());
    }

    /// From here on the folder cannot lose its index without anybody noticing.
    private static void noteCurrent(Directory lives, Index created) throws IOException {
        boolean noted = false;
        try {
            new CurrentIncarnation(lives).write(created.incarnation());
            noted = true;
        } finally {
            if (!noted) {
                created.close();
            }
        }
    }

    @Override
    public Optional<String> current(String name) {
        return inFolder(
                name,
                lives -> {
                    if (only != null) {
                        return isPublished(lives, only) ? Optional.of(only) : Optional.empty();
                    }
                    Optional<String> noted = new CurrentIncarnation(lives).read();
                    if (noted.isPresent()) {
                        if (!isPublished(lives, noted.get())) {
                            throw new MillraceException.Corrupt(
                                    "index %s: incarnation %s is the current one, and %s holds no generation of it"
                                            .formatted(name, noted.get(), lives.describe()));
                        }
                        return noted;
                    }
                    return onlyPublished(name, lives);
                });
    }

    /// Of a creation that was cut off before it was noted, or by a version that noted nothing.
    private Optional<String> onlyPublished(String name, Directory lives) throws IOException {
        String found = null;
        for (String incarnation : incarnations(name)) {
            if (isPublished(lives, incarnation)) {
                if (found != null) {
                    throw new MillraceException.Corrupt(
                            "index %s: incarnations %s and %s are there, and nothing in %s says which one counts"
                                    .formatted(name, found, incarnation, lives.describe()));
                }
                found = incarnation;
            }
        }
        return Optional.ofNullable(found);
    }

    private static boolean isPublished(Directory lives, String incarnation) throws IOException {
        return lives.folders().contains(incarnation) && Index.exists(lives.folder(incarnation));
    }

    @Override
    public void makeCurrent(String name, String incarnation) {
        inFolder(
                name,
                lives -> {
                    new CurrentIncarnation(lives).write(incarnation);
                    return true;
                });
    }

    @Override
    public List<String> incarnations(String name) {
        return inFolder(
                name,
                lives ->
                        lives.folders().stream()
                                .filter(CurrentIncarnation::isIncarnation)
                                .toList());
    }

    @Override
    public void deleteIncarnation(String name, String incarnation) {
        inFolder(
                name,
                lives -> {
                    if (lives.folders().contains(incarnation)) {
                        Index.deleteFiles(lives.folder(incarnation));
                        deleteFolder(lives, incarnation);
                    }
                    return true;
                });
    }

    @Override
    public void delete(String name) {
        try {
            if (!data.folders().contains(name)) {
                return;
            }
            for (String incarnation : incarnations(name)) {
                deleteIncarnation(name, incarnation);
            }
            new CurrentIncarnation(data.folder(name)).delete();
            deleteFolder(data, name);
        } catch (IOException e) {
            throw failed(name, e);
        }
    }

    /// Files that are not ours stay, and the folder with them.
    private static void deleteFolder(Directory parent, String folder) throws IOException {
        try {
            parent.deleteFolder(folder);
            parent.force();
        } catch (DirectoryNotEmptyException e) {
            LOG.log(
                    Level.WARNING,
                    "folder left behind, it holds files of somebody else: {0}/{1}",
                    parent.describe(),
                    folder);
        }
    }

    @Override
    public long usableBytes() {
        try {
            return data.usableBytes();
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "free space of %s: %s".formatted(data.describe(), e.getMessage()), e);
        }
    }

    /// What is done in the folder of an index.
    @FunctionalInterface
    private interface Work<T> {
        T in(Directory lives) throws IOException;
    }

    private <T> T inFolder(String name, Work<T> work) {
        try {
            return work.in(data.folder(name));
        } catch (IOException e) {
            throw failed(name, e);
        }
    }

    private MillraceException failed(String name, IOException e) {
        String message =
                "folder %s of index %s: %s".formatted(data.describe(), name, e.getMessage());
        return e instanceof DurabilityLost
                ? MillraceException.Unavailable.untilRepaired(message, e)
                : new MillraceException.Unavailable(message, e);
    }
}
