package io.millrace.node;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition;
import io.millrace.directory.Directory;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.NodeResources;
import io.millrace.pipeline.IndexHome;
import io.millrace.source.ChangeSource;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;

/// Indexes in folders: `<data>/<index>/<incarnation>/`.
final class DirectoryIndexHome implements IndexHome {
    private final Directory data;
    private final IndexOptions options;
    private final NodeResources resources;

    DirectoryIndexHome(Directory data, IndexOptions options, NodeResources resources) {
        this.data = data;
        this.options = options;
        this.resources = resources;
    }

    @Override
    public boolean exists(IndexDefinition definition) {
        return published(definition).isPresent();
    }

    @Override
    public Index open(IndexDefinition definition) {
        Directory folder =
                published(definition)
                        .orElseThrow(() ->
                                new MillraceException.Bug(
                                        "index %s opened before its generation 1"
                                                .formatted(definition.name())));
        return Index.open(folder, options, resources);
    }

    /// A creation that a crash cut off left an incarnation without a generation: it is used again,
    /// so that such folders do not pile up.
    @Override
    public Index create(IndexDefinition definition, ChangeSource.Start start) {
        try {
            Directory lives = data.folder(definition.name());
            String incarnation =
                    lives.folders().stream().findFirst().orElseGet(this::newIncarnation);
            return Index.create(
                    lives.folder(incarnation),
                    definition.name(),
                    incarnation,
                    definition.schema(),
                    start.identity(),
                    start.checkpoint(),
                    options,
                    resources);
        } catch (IOException e) {
            throw unreachable(definition, e);
        }
    }

    private Optional<Directory> published(IndexDefinition definition) {
        try {
            Directory lives = data.folder(definition.name());
            for (String incarnation : lives.folders()) {
                Directory folder = lives.folder(incarnation);
                if (Index.exists(folder)) {
                    return Optional.of(folder);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw unreachable(definition, e);
        }
    }

    private String newIncarnation() {
        return HexFormat.of().toHexDigits(resources.random().nextLong());
    }

    private MillraceException unreachable(IndexDefinition definition, IOException e) {
        return new MillraceException.Unavailable(
                "folder %s of index %s: %s"
                        .formatted(data.describe(), definition.name(), e.getMessage()),
                e);
    }
}
