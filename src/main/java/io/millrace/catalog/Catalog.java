package io.millrace.catalog;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.directory.Directory;
import io.millrace.directory.DurabilityLost;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    private final DefinitionStore store;
    private final Map<String, String> definedByFile;
    private final List<Problem> problems;
    private volatile Map<String, IndexDefinition> definitions;
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
            DefinitionStore store,
            Map<String, IndexDefinition> definitions,
            Map<String, String> definedByFile,
            List<Problem> problems) {
        this.parser = parser;
        this.store = store;
        this.definitions = java.util.Collections.unmodifiableMap(definitions);
        this.definedByFile = Map.copyOf(definedByFile);
        this.problems = List.copyOf(problems);
    }

    /// Reads both places. What cannot be used is listed in [#problems].
    ///
    /// @param data the node's data folder
    /// @param files the folder of definition files (`*.yaml`, `*.yml`, `*.json`), null for none
    /// @throws MillraceException.Unavailable when a folder cannot be read
    public static Catalog open(Directory data, @Nullable Directory files, DefinitionParser parser) {
        try {
            Map<String, IndexDefinition> definitions = new TreeMap<>();
            Map<String, String> definedByFile = new TreeMap<>();
            List<Problem> problems = new ArrayList<>();
            if (files != null) {
                readFiles(files, parser, definitions, definedByFile, problems);
            }
            DefinitionStore store = new DefinitionStore(data.folder(FOLDER));
            for (String name : store.names()) {
                String place = FOLDER + "/" + name;
                if (definitions.containsKey(name)) {
                    problems.add(
                            new Problem(
                                    place,
                                    "index %s is defined by file %s too, which holds"
                                            .formatted(name, definedByFile.get(name))));
                    continue;
                }
                try {
                    definitions.put(name, parser.parse(name, store.read(name)));
                } catch (InvalidRequest | MillraceException.Corrupt e) {
                    problems.add(new Problem(place, String.valueOf(e.getMessage())));
                }
            }
            return new Catalog(parser, store, definitions, definedByFile, problems);
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "definitions cannot be read: " + e.getMessage(), e);
        }
    }

    private static void readFiles(
            Directory files,
            DefinitionParser parser,
            Map<String, IndexDefinition> definitions,
            Map<String, String> definedByFile,
            List<Problem> problems)
            throws IOException {
        for (String file : files.list()) {
            if (!file.endsWith(".yaml") && !file.endsWith(".yml") && !file.endsWith(".json")) {
                continue;
            }
            try {
                byte[] bytes = DefinitionStore.bytesOf(files, file);
                IndexDefinition definition =
                        parser.parse(
                                file.endsWith(".json") ? Json.parse(bytes) : Json.parseYaml(bytes));
                String earlier = definedByFile.putIfAbsent(definition.name(), file);
                if (earlier == null) {
                    definitions.put(definition.name(), definition);
                } else {
                    problems.add(
                            new Problem(
                                    file,
                                    "index %s is defined by file %s already"
                                            .formatted(definition.name(), earlier)));
                }
            } catch (InvalidRequest | IllegalArgumentException | IOException e) {
                problems.add(new Problem(file, String.valueOf(e.getMessage())));
            }
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

    /// Creates an index or changes how often it commits. Durable when it returns.
    ///
    /// @throws InvalidRequest MALFORMED with a pointer into the definition; CONFLICT when the index
    ///   is defined by a file or anything but `commit` differs from what it is
    /// @throws MillraceException.Unavailable when the definition could not be stored
    public synchronized Put put(String name, Value definition) {
        IndexDefinition after = parsed(name, definition);
        IndexDefinition before = definitions.get(name);
        if (before != null) {
            Compatibility.check(before, after);
        }
        return store(before, after);
    }

    /// Like [#put], and anything may differ: for an index that has no generation yet, so that
    /// nothing on disk depends on what its definition was.
    ///
    /// @throws InvalidRequest MALFORMED with a pointer into the definition; CONFLICT when the index
    ///   is defined by a file
    /// @throws MillraceException.Unavailable when the definition could not be stored
    public synchronized Put replace(String name, Value definition) {
        return store(definitions.get(name), parsed(name, definition));
    }

    private IndexDefinition parsed(String name, Value definition) {
        IndexDefinition parsed = parser.parse(name, definition);
        String file = definedByFile.get(name);
        if (file != null) {
            throw InvalidRequest.conflict(
                    "index %s is defined by file %s; change it there".formatted(name, file));
        }
        return parsed;
    }

    private Put store(@Nullable IndexDefinition before, IndexDefinition after) {
        if (before != null
                && before.isSameButCommit(after)
                && before.commit().equals(after.commit())) {
            return new Put(before, Put.Outcome.UNCHANGED);
        }
        String name = after.name();
        if (failure != null) {
            throw MillraceException.Unavailable.untilRepaired(failure, null);
        }
        try {
            store.write(name, after.origin());
        } catch (DurabilityLost e) {
            // Whether the new name survives is unknown now; only a fresh look at the folder tells.
            failure =
                    "definitions cannot be stored until a restart: storing index %s: %s"
                            .formatted(name, e.getMessage());
            throw MillraceException.Unavailable.untilRepaired(failure, e);
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "definition of index %s was not stored: %s".formatted(name, e.getMessage()), e);
        }
        Map<String, IndexDefinition> changed = new TreeMap<>(definitions);
        changed.put(name, after);
        definitions = java.util.Collections.unmodifiableMap(changed);
        return new Put(after, before == null ? Put.Outcome.CREATED : Put.Outcome.CHANGED);
    }
}
