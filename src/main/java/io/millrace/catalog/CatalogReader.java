package io.millrace.catalog;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.MarkStore.Mark;
import io.millrace.directory.Directory;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds what lies in the folders when a [Catalog] opens. Confined to one thread.
final class CatalogReader {
    private final DefinitionParser parser;
    private final SourceCatalog sources;

    final Map<String, IndexDefinition> definitions = new TreeMap<>();
    final Map<String, String> definedByFile = new TreeMap<>();
    final List<Catalog.Problem> problems = new ArrayList<>();
    final Map<String, Rebuild> rebuilds = new TreeMap<>();
    Set<String> paused = Set.of();
    final Map<String, Optional<IndexDefinition>> deleted = new TreeMap<>();

    CatalogReader(DefinitionParser parser, SourceCatalog sources) {
        this.parser = parser;
        this.sources = sources;
    }

    void read(@Nullable Directory files, DefinitionStore store, MarkStore marks)
            throws IOException {
        for (String name : marks.names(Mark.DELETED)) {
            deleted.put(name, deletedDefinition(marks, name));
        }
        paused = marks.names(Mark.PAUSED);
        if (files != null) {
            readFiles(files);
        }
        sources.readStore();
        problems.addAll(sources.problems());
        readStore(store);
        for (String name : marks.names(Mark.REBUILD)) {
            readRebuild(marks, name);
        }
    }

    private Optional<IndexDefinition> deletedDefinition(MarkStore marks, String name)
            throws IOException {
        try {
            return marks.read(name, Mark.DELETED).map(mark -> parser.parse(name, mark));
        } catch (InvalidRequest | MillraceException.Corrupt e) {
            return Optional.empty();
        }
    }

    private void readFiles(Directory files) throws IOException {
        for (String file : files.list()) {
            if (!file.endsWith(".yaml") && !file.endsWith(".yml") && !file.endsWith(".json")) {
                continue;
            }
            try {
                byte[] bytes = DefinitionStore.bytesOf(files, file);
                Value content = file.endsWith(".json") ? Json.parse(bytes) : Json.parseYaml(bytes);
                if (SourceDefinitionParser.isSource(content)) {
                    sources.defineByFile(file, content);
                    continue;
                }
                IndexDefinition definition = parser.parse(content);
                String name = definition.name();
                if (deleted.containsKey(name)) {
                    problems.add(
                            new Catalog.Problem(
                                    file,
                                    "index %s is still being deleted; start again afterwards"
                                            .formatted(name)));
                    continue;
                }
                String earlier = definedByFile.putIfAbsent(name, file);
                if (earlier == null) {
                    definitions.put(name, definition);
                } else {
                    problems.add(
                            new Catalog.Problem(
                                    file,
                                    "index %s is defined by file %s already"
                                            .formatted(name, earlier)));
                }
            } catch (InvalidRequest | IllegalArgumentException | IOException e) {
                problems.add(new Catalog.Problem(file, String.valueOf(e.getMessage())));
            }
        }
    }

    private void readStore(DefinitionStore store) throws IOException {
        for (String name : store.names()) {
            if (deleted.containsKey(name)) {
                continue;
            }
            String place = Catalog.FOLDER + "/" + name;
            if (definitions.containsKey(name)) {
                problems.add(
                        new Catalog.Problem(
                                place,
                                "index %s is defined by file %s too, which holds"
                                        .formatted(name, definedByFile.get(name))));
                continue;
            }
            try {
                definitions.put(name, parser.parse(name, store.read(name)));
            } catch (InvalidRequest | MillraceException.Corrupt e) {
                problems.add(new Catalog.Problem(place, String.valueOf(e.getMessage())));
            }
        }
    }

    private void readRebuild(MarkStore marks, String name) throws IOException {
        try {
            Optional<Value> mark = marks.read(name, Mark.REBUILD);
            if (mark.isPresent()) {
                rebuilds.put(name, Rebuild.of(name, mark.get(), parser));
            }
        } catch (InvalidRequest | MillraceException.Corrupt e) {
            problems.add(
                    new Catalog.Problem(
                            Catalog.FOLDER + "/" + Mark.REBUILD.fileName(name),
                            String.valueOf(e.getMessage())));
        }
    }
}
