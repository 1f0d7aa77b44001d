package io.millrace.catalog;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.MarkStore.Mark;
import io.millrace.directory.Directory;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// The definitions of all sources of this node, from the same two places as those of indexes
/// ([Catalog], which changes them): files, read-only over HTTP, and what was put.
///
/// Each life of a source has a name of its own, its incarnation, that a database knows it by: a
/// source that is deleted and defined again is another one.
///
/// Readers see an immutable map; changes are made by the catalog, under its lock.
public final class SourceCatalog {
    /// Where put sources and all incarnations lie in the data folder; no index can have this name.
    static final String FOLDER = "_sources";

    private static final String INCARNATION = "incarnation";

    private final DefinitionStore store;
    private final MarkStore marks;
    private final RandomGenerator random;
    private final Map<String, String> definedByFile = new TreeMap<>();
    private final List<Catalog.Problem> problems = new ArrayList<>();
    private volatile Map<String, SourceDefinition> definitions = Map.of();
    private volatile Map<String, String> incarnations = Map.of();

    /// @param random names incarnations
    SourceCatalog(Directory data, RandomGenerator random) throws IOException {
        Directory folder = data.folder(FOLDER);
        this.store = new DefinitionStore(folder);
        this.marks = new MarkStore(folder);
        this.random = random;
    }

    /// All usable definitions, in the order of names.
    public Collection<SourceDefinition> definitions() {
        return definitions.values();
    }

    public Optional<SourceDefinition> find(String name) {
        return Optional.ofNullable(definitions.get(name));
    }

    /// @throws InvalidRequest NOT_FOUND
    public SourceDefinition get(String name) {
        return find(name).orElseThrow(() -> notFound(name));
    }

    /// Which life of a source this is: 16 hexadecimal digits.
    ///
    /// @throws InvalidRequest NOT_FOUND
    public String incarnation(String name) {
        String incarnation = incarnations.get(name);
        if (incarnation == null) {
            throw notFound(name);
        }
        return incarnation;
    }

    /// The file that defines a source and makes it read-only over HTTP.
    public Optional<String> definedByFile(String name) {
        return Optional.ofNullable(definedByFile.get(name));
    }

    static InvalidRequest notFound(String name) {
        return InvalidRequest.notFound("no source named " + name);
    }

    List<Catalog.Problem> problems() {
        return problems;
    }

    /// A definition that a file holds; before [#readStore].
    ///
    /// @throws InvalidRequest when it is none
    void defineByFile(String file, Value definition) throws IOException {
        SourceDefinition parsed = SourceDefinitionParser.parse(definition);
        String earlier = definedByFile.putIfAbsent(parsed.name(), file);
        if (earlier == null) {
            keep(parsed);
        } else {
            problems.add(
                    new Catalog.Problem(
                            file,
                            "source %s is defined by file %s already"
                                    .formatted(parsed.name(), earlier)));
        }
    }

    void readStore() throws IOException {
        for (String name : store.names()) {
            String place = FOLDER + "/" + name;
            if (definitions.containsKey(name)) {
                problems.add(
                        new Catalog.Problem(
                                place,
                                "source %s is defined by file %s too, which holds"
                                        .formatted(name, definedByFile.get(name))));
                continue;
            }
            try {
                keep(SourceDefinitionParser.parse(name, store.read(name)));
            } catch (InvalidRequest | MillraceException.Corrupt e) {
                problems.add(new Catalog.Problem(place, String.valueOf(e.getMessage())));
            }
        }
    }

    /// Durable when it returns.
    ///
    /// @param readers indexes that read it
    /// @throws InvalidRequest CONFLICT when a file defines it, or something differs that its
    ///   readers depend on
    Catalog.Put.Outcome put(SourceDefinition after, Set<String> readers) throws IOException {
        String name = after.name();
        checkNotDefinedByFile(name);
        SourceDefinition before = definitions.get(name);
        if (before != null) {
            if (before.equals(after)) {
                return Catalog.Put.Outcome.UNCHANGED;
            }
            checkChange(before, after, readers);
        }
        // The incarnation first: a source that is there has one.
        keepIncarnation(name);
        store.write(name, after.origin());
        keep(after);
        return before == null ? Catalog.Put.Outcome.CREATED : Catalog.Put.Outcome.CHANGED;
    }

    /// Durable when it returns.
    ///
    /// @throws InvalidRequest NOT_FOUND; CONFLICT when a file defines it, or an index reads it
    void delete(String name, Set<String> readers) throws IOException {
        checkDeletable(name, readers);
        store.remove(name);
        marks.remove(name, Mark.INCARNATION);
        Map<String, SourceDefinition> fewer = new TreeMap<>(definitions);
        fewer.remove(name);
        definitions = Collections.unmodifiableMap(fewer);
        Map<String, String> left = new TreeMap<>(incarnations);
        left.remove(name);
        incarnations = Map.copyOf(left);
    }

    void checkDeletable(String name, Set<String> readers) {
        if (!definitions.containsKey(name)) {
            throw notFound(name);
        }
        checkNotDefinedByFile(name);
        if (!readers.isEmpty()) {
            throw InvalidRequest.conflict(
                    "source %s is read by %s; delete what reads it first"
                            .formatted(name, indexes(readers)));
        }
    }

    private void checkNotDefinedByFile(String name) {
        String file = definedByFile.get(name);
        if (file != null) {
            throw InvalidRequest.conflict(
                    "source %s is defined by file %s; change it there".formatted(name, file));
        }
    }

    private static void checkChange(
            SourceDefinition before, SourceDefinition after, Set<String> readers) {
        if (readers.isEmpty()) {
            return;
        }
        Map<String, String> now = after.fixed();
        List<String> differences =
                before.fixed().entrySet().stream()
                        .filter(fact -> !fact.getValue().equals(now.get(fact.getKey())))
                        .map(fact ->
                                "%s changes from %s to %s"
                                        .formatted(
                                                fact.getKey(),
                                                fact.getValue(),
                                                now.getOrDefault(fact.getKey(), "none")))
                        .toList();
        if (!differences.isEmpty()) {
            throw InvalidRequest.conflict(
                    ("source %s is read by %s: %s; positions in it would mean something else. Define"
                                    + " another source, and rebuild the indexes from that")
                            .formatted(
                                    before.name(),
                                    indexes(readers),
                                    String.join(", ", differences)));
        }
    }

    private static String indexes(Set<String> readers) {
        return (readers.size() == 1 ? "index " : "indexes ")
                + String.join(", ", readers.stream().sorted().toList());
    }

    private void keep(SourceDefinition definition) throws IOException {
        keepIncarnation(definition.name());
        Map<String, SourceDefinition> more = new TreeMap<>(definitions);
        more.put(definition.name(), definition);
        definitions = Collections.unmodifiableMap(more);
    }

    /// The name of this life of a source is durable before anybody uses it.
    private void keepIncarnation(String name) throws IOException {
        if (incarnations.containsKey(name)) {
            return;
        }
        Optional<Value> mark = marks.read(name, Mark.INCARNATION);
        String incarnation;
        if (mark.isPresent()
                && mark.get() instanceof Obj members
                && members.get(INCARNATION) instanceof Value.Text(String written)) {
            incarnation = written;
        } else if (mark.isPresent()) {
            throw new MillraceException.Corrupt(
                    "incarnation of source %s: %s, expected 16 hexadecimal digits"
                            .formatted(name, mark.get()));
        } else {
            incarnation = HexFormat.of().toHexDigits(random.nextLong());
            marks.set(name, Mark.INCARNATION, new Obj(Map.of(INCARNATION, Value.of(incarnation))));
        }
        Map<String, String> more = new TreeMap<>(incarnations);
        more.put(name, incarnation);
        incarnations = Map.copyOf(more);
    }
}
