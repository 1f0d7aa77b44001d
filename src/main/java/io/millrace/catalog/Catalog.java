package io.millrace.catalog;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.MarkStore.Mark;
import io.millrace.directory.Directory;
import io.millrace.directory.DurabilityLost;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The definitions of all indexes of this node, from two places: files that an operator put into a
/// folder (read at start, never written, read-only over HTTP) and definitions that were [#put],
/// which are durable before [#put] returns.
///
/// May be shared between threads: readers see an immutable map, writers take turns.
public final class Catalog {

    /// Where put definitions lie in the data folder; no index can have this name.
    static final String FOLDER = "_definitions";

    private final DefinitionParser parser;
    private final SourceCatalog sources;
    private final DefinitionStore store;
    private final MarkStore marks;
    private final Map<String, String> definedByFile;
    private final List<Problem> problems;
    private volatile Map<String, IndexDefinition> definitions;
    private volatile Set<String> paused;
    private volatile Map<String, Rebuild> rebuilds;
    private volatile Map<String, Optional<IndexDefinition>> deleted;
    private @Nullable String failure; // guarded by this

    /// A definition that cannot be used; the other indexes are not disturbed.
    ///
    /// - file: where it stands; message: what is wrong with it
    public record Problem(String file, String message) {}

    /// What [#put] did.
    public record Put(IndexDefinition definition, Outcome outcome) {
        public enum Outcome {
            CREATED,
            CHANGED,
            UNCHANGED
        }
    }

    private Catalog(
            DefinitionParser parser,
            SourceCatalog sources,
            DefinitionStore store,
            MarkStore marks,
            CatalogReader found) {
        this.parser = parser;
        this.sources = sources;
        this.store = store;
        this.marks = marks;
        this.definitions = Collections.unmodifiableMap(found.definitions);
        this.definedByFile = Map.copyOf(found.definedByFile);
        this.problems = List.copyOf(found.problems);
        this.paused = Set.copyOf(found.paused);
        this.deleted = Map.copyOf(found.deleted);
        this.rebuilds = Map.copyOf(found.rebuilds);
    }

    /// Reads both places. What cannot be used is listed in [#problems].
    ///
    /// @param data the node's data folder
    /// @param files the folder of definition files (`*.yaml`, `*.yml`, `*.json`), null for none
    /// @param random names the lives of sources
    /// @throws MillraceException.Unavailable when a folder cannot be read
    public static Catalog open(
            Directory data,
            @Nullable Directory files,
            DefinitionParser parser,
            RandomGenerator random) {
        try {
            Directory folder = data.folder(FOLDER);
            DefinitionStore store = new DefinitionStore(folder);
            MarkStore marks = new MarkStore(folder);
            SourceCatalog sources = new SourceCatalog(data, random);
            CatalogReader found = new CatalogReader(parser, sources);
            found.read(files, store, marks);
            return new Catalog(parser, sources, store, marks, found);
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "definitions cannot be read: " + e.getMessage(), e);
        }
    }

    /// All usable definitions, in the order of names.
    public Collection<IndexDefinition> definitions() {
        return definitions.values();
    }

    public Optional<IndexDefinition> find(String name) {
        return Optional.ofNullable(definitions.get(name));
    }

    /// Definitions that were found and cannot be used, for the log at start.
    public List<Problem> problems() {
        return problems;
    }

    /// The file that defines an index and makes it read-only over HTTP.
    public Optional<String> definedByFile(String name) {
        return Optional.ofNullable(definedByFile.get(name));
    }

    /// The sources that indexes read.
    public SourceCatalog sources() {
        return sources;
    }

    /// The indexes that read a source, or will, or are not gone yet.
    public Set<String> readers(String source) {
        Predicate<IndexDefinition> reads =
                definition -> definition.source().sourceName().equals(Optional.of(source));
        return Stream.of(
                        definitions.values().stream(),
                        rebuilds.values().stream().map(Rebuild::definition),
                        deleted.values().stream().flatMap(Optional::stream))
                .flatMap(all -> all)
                .filter(reads)
                .map(IndexDefinition::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// Defines a source or changes it. Durable when it returns; what changed holds from the next
    /// connection on.
    ///
    /// @throws InvalidRequest MALFORMED with a pointer into the definition; CONFLICT when the
    ///   source is defined by a file, or indexes that read it depend on what differs
    /// @throws MillraceException.Unavailable when the definition could not be stored
    public synchronized Put.Outcome putSource(String name, Value definition) {
        SourceDefinition parsed = SourceDefinitionParser.parse(name, definition);
        Put.Outcome[] outcome = new Put.Outcome[1];
        durably("storing source " + name, () -> outcome[0] = sources.put(parsed, readers(name)));
        return outcome[0];
    }

    /// Refuses what [#deleteSource] would refuse.
    public synchronized void checkSourceDeletable(String name) {
        sources.checkDeletable(name, readers(name));
    }

    /// Durable when it returns. Nothing is done to the source itself.
    ///
    /// @throws InvalidRequest NOT_FOUND; CONFLICT when it is defined by a file, or an index reads
    ///   it
    /// @throws MillraceException.Unavailable when it could not be stored
    public synchronized void deleteSource(String name) {
        durably("deleting source " + name, () -> sources.delete(name, readers(name)));
    }

    /// Creates an index or changes what may change ([Compatibility]). Durable when it returns.
    ///
    /// @param schema what is on disk of the index, empty when that is not known: then its
    ///   definition stands for it
    /// @throws InvalidRequest MALFORMED with a pointer into the definition; CONFLICT when the index
    ///   is defined by a file or something differs that needs a rebuild
    /// @throws MillraceException.Unavailable when the definition could not be stored
    public synchronized Put put(String name, Value definition, Optional<Schema> schema) {
        IndexDefinition after = changeable(name, definition);
        IndexDefinition before = definitions.get(name);
        if (before != null) {
            Compatibility.check(before, schema.orElse(before.schema()), after);
        }
        return store(before, after);
    }

    /// Like [#put] with what the definition itself says of the index.
    public Put put(String name, Value definition) {
        return put(name, definition, Optional.empty());
    }

    /// Like [#put], and anything may differ: for an index that has no generation yet, so that
    /// nothing on disk depends on what its definition was.
    ///
    /// @throws InvalidRequest MALFORMED with a pointer into the definition; CONFLICT when the index
    ///   is defined by a file
    /// @throws MillraceException.Unavailable when the definition could not be stored
    public synchronized Put replace(String name, Value definition) {
        return store(definitions.get(name), changeable(name, definition));
    }

    private IndexDefinition changeable(String name, Value definition) {
        IndexDefinition parsed = parser.parse(name, definition);
        parsed.source().checkSource(sources);
        checkNotDeleted(name);
        checkNotDefinedByFile(name);
        if (rebuilds.containsKey(name)) {
            throw InvalidRequest.conflict(
                    "index %s is being rebuilt; wait for it, or cancel it".formatted(name));
        }
        return parsed;
    }

    private void checkNotDefinedByFile(String name) {
        String file = definedByFile.get(name);
        if (file != null) {
            throw InvalidRequest.conflict(
                    "index %s is defined by file %s; change it there".formatted(name, file));
        }
    }

    private void checkNotDeleted(String name) {
        if (deleted.containsKey(name)) {
            throw new MillraceException.Unavailable(
                    "index %s is being deleted, try again in a moment".formatted(name));
        }
    }

    private IndexDefinition existing(String name) {
        checkNotDeleted(name);
        return find(name).orElseThrow(() -> InvalidRequest.notFound("no index named " + name));
    }

    private Put store(@Nullable IndexDefinition before, IndexDefinition after) {
        if (before != null
                && before.isSameButCommit(after)
                && before.commit().equals(after.commit())
                && before.source().equals(after.source())
                && before.visibleFrom().equals(after.visibleFrom())
                && before.analyzers().equals(after.analyzers())
                && before.description().equals(after.description())) {
            return new Put(before, Put.Outcome.UNCHANGED);
        }
        String name = after.name();
        durably("storing index " + name, () -> store.write(name, after.origin()));
        Map<String, IndexDefinition> changed = new TreeMap<>(definitions);
        changed.put(name, after);
        definitions = Collections.unmodifiableMap(changed);
        return new Put(after, before == null ? Put.Outcome.CREATED : Put.Outcome.CHANGED);
    }

    /// True when somebody stopped the reading of an index.
    public boolean isPaused(String name) {
        return paused.contains(name);
    }

    /// Durable when it returns.
    ///
    /// @throws InvalidRequest NOT_FOUND
    /// @throws MillraceException.Unavailable when it could not be stored
    public synchronized void pause(String name) {
        existing(name);
        durably("pausing index " + name, () -> marks.set(name, Mark.PAUSED, Value.Obj.EMPTY));
        paused = with(paused, name);
    }

    /// The opposite of [#pause].
    public synchronized void resume(String name) {
        existing(name);
        durably("resuming index " + name, () -> marks.remove(name, Mark.PAUSED));
        paused = without(paused, name);
    }

    /// The rebuild of an index that is under way.
    public Optional<Rebuild> rebuild(String name) {
        return Optional.ofNullable(rebuilds.get(name));
    }

    /// What a rebuild of the index would build.
    ///
    /// @param definition the definition it shall have then, null for the one it has
    /// @throws InvalidRequest MALFORMED with a pointer into the definition; NOT_FOUND; CONFLICT
    ///   when a rebuild is under way, or another definition is given of an index that a file
    ///   defines
    public synchronized IndexDefinition toRebuild(String name, @Nullable Value definition) {
        IndexDefinition known = existing(name);
        if (rebuilds.containsKey(name)) {
            throw InvalidRequest.conflict("index %s is being rebuilt already".formatted(name));
        }
        return definition == null ? known : changeable(name, definition);
    }

    /// Durable when it returns.
    public synchronized Rebuild beginRebuild(String incarnation, IndexDefinition definition) {
        String name = definition.name();
        toRebuild(name, null);
        Rebuild begun = new Rebuild(incarnation, definition);
        durably(
                "beginning to rebuild index " + name,
                () -> marks.set(name, Mark.REBUILD, begun.toValue()));
        Map<String, Rebuild> more = new TreeMap<>(rebuilds);
        more.put(name, begun);
        rebuilds = Map.copyOf(more);
        return begun;
    }

    /// The rebuild is over. Durable when it returns; may be repeated.
    ///
    /// @param done its incarnation serves, so its definition is the one of the index; false when it
    ///   was given up
    public synchronized void endRebuild(String name, boolean done) {
        Rebuild ended = rebuilds.get(name);
        if (ended == null) {
            return;
        }
        if (done && !definedByFile.containsKey(name)) {
            store(definitions.get(name), ended.definition());
        }
        durably("ending the rebuild of index " + name, () -> marks.remove(name, Mark.REBUILD));
        Map<String, Rebuild> fewer = new TreeMap<>(rebuilds);
        fewer.remove(name);
        rebuilds = Map.copyOf(fewer);
    }

    /// The indexes whose deletion is not finished, each with its definition if that can be read.
    public Map<String, Optional<IndexDefinition>> deleted() {
        return deleted;
    }

    /// From here on the index is being deleted, whatever happens to this process. Durable when it
    /// returns; may be repeated until [#forget].
    ///
    /// @throws InvalidRequest NOT_FOUND; CONFLICT when the index is defined by a file
    /// @throws MillraceException.Unavailable when it could not be stored
    public synchronized void delete(String name) {
        if (deleted.containsKey(name)) {
            return;
        }
        IndexDefinition known = existing(name);
        checkNotDefinedByFile(name);
        durably("deleting index " + name, () -> marks.set(name, Mark.DELETED, known.origin()));
        Map<String, Optional<IndexDefinition>> more = new TreeMap<>(deleted);
        more.put(name, Optional.of(known));
        deleted = Map.copyOf(more);
        Map<String, IndexDefinition> fewer = new TreeMap<>(definitions);
        fewer.remove(name);
        definitions = Collections.unmodifiableMap(fewer);
    }

    /// The files of a deleted index are gone, so its name is free again. The mark goes last, and
    /// only when nothing that it hides can come back.
    public synchronized void forget(String name) {
        durably(
                "forgetting index " + name,
                () -> {
                    store.remove(name);
                    marks.remove(name, Mark.PAUSED);
                    marks.remove(name, Mark.REBUILD);
                    marks.remove(name, Mark.DELETED);
                });
        Map<String, Optional<IndexDefinition>> less = new TreeMap<>(deleted);
        less.remove(name);
        deleted = Map.copyOf(less);
        paused = without(paused, name);
        Map<String, Rebuild> fewer = new TreeMap<>(rebuilds);
        fewer.remove(name);
        rebuilds = Map.copyOf(fewer);
    }

    private static Set<String> with(Set<String> names, String name) {
        Set<String> more = new TreeSet<>(names);
        more.add(name);
        return Set.copyOf(more);
    }

    private static Set<String> without(Set<String> names, String name) {
        Set<String> fewer = new TreeSet<>(names);
        fewer.remove(name);
        return Set.copyOf(fewer);
    }

    /// A change of the folder.
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /// Guarded by this.
    private void durably(String what, Step step) {
        if (failure != null) {
            throw MillraceException.Unavailable.untilRepaired(failure, null);
        }
        try {
            step.run();
        } catch (DurabilityLost e) {
            // Whether the new name survives is unknown now; only a fresh look at the folder tells.
            failure =
                    "definitions cannot be stored until a restart: %s: %s"
                            .formatted(what, e.getMessage());
            throw MillraceException.Unavailable.untilRepaired(failure, e);
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "%s was not stored: %s".formatted(what, e.getMessage()), e);
        }
    }
}
