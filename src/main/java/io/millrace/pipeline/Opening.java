package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.catalog.Compatibility;
import io.millrace.catalog.IndexDefinition;
import io.millrace.index.Index;
import io.millrace.source.ChangeSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The way to an open index: which definition holds, which source feeds it, and whether it is
/// created or was there. Confined to the pipeline's thread, but for the definition and the source,
/// which all may read.
final class Opening {
    private final IndexHome home;
    private final SourceFactory sources;

    /// Held while generation 1 is made, so that its definition is the one that is stored.
    private final ReentrantLock founding = new ReentrantLock();

    private volatile IndexDefinition definition;
    private volatile @Nullable ChangeSource source;

    // Confined to the pipeline's thread.
    private IndexDefinition attempted;

    Opening(IndexDefinition definition, IndexHome home, SourceFactory sources) {
        this.definition = definition;
        this.attempted = definition;
        this.home = home;
        this.sources = sources;
    }

    IndexDefinition definition() {
        return definition;
    }

    /// Takes over a definition that needs no rebuild.
    void apply(IndexDefinition changed) {
        definition = changed;
    }

    /// Takes any other definition as long as there is no generation.
    ///
    /// @param isOpen true when there is one, which saves a look at the folder
    /// @param stored makes the new definition durable; called only then
    /// @return false when there is a generation
    boolean redefine(BooleanSupplier isOpen, Supplier<IndexDefinition> stored) {
        founding.lock();
        try {
            if (isOpen.getAsBoolean() || home.exists(definition.name())) {
                return false;
            }
            definition = stored.get();
            return true;
        } finally {
            founding.unlock();
        }
    }

    /// Null before the first attempt.
    @Nullable ChangeSource source() {
        return source;
    }

    /// True when what was tried so far was another definition.
    boolean isOutdated() {
        return !attempted.isSameButCommit(definition);
    }

    /// The caller closed it; the next attempt opens another one.
    void forgetSource() {
        source = null;
    }

    /// Begins with the definition that holds now.
    void beginAnew() {
        attempted = definition;
    }

    /// The index, its source known to [#source] from then on.
    ///
    /// @param mayCreate whether it is created when it does not exist
    /// @return null when it was not created, or when there is another definition now
    @Nullable Index open(boolean mayCreate) {
        ChangeSource read = source;
        if (read == null) {
            read = sources.open(attempted);
            source = read;
        }
        if (home.exists(attempted.name())) {
            return home.open(attempted.name());
        }
        return mayCreate ? create(read.start()) : null;
    }

    private @Nullable Index create(ChangeSource.Start start) {
        founding.lock();
        try {
            return isOutdated() ? null : home.create(attempted, start);
        } finally {
            founding.unlock();
        }
    }

    /// A file may have been edited since the index was created; nobody compared it before. Reading
    /// on would put documents of two kinds under one key, or one document under two.
    void checkSchema(Index opened) {
        List<String> differences =
                Compatibility.differences(opened.schema(), opened.identity().facts(), definition);
        if (!differences.isEmpty()) {
            throw MillraceException.InvalidRequest.conflict(
                    ("the definition of index %s is not the one it was created with: %s; restore"
                                    + " the definition, rebuild the index, or give the changed one"
                                    + " a new index name")
                            .formatted(definition.name(), String.join(", ", differences)));
        }
    }
}
