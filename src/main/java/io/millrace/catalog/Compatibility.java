package io.millrace.catalog;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.IndexDefinition.Source;
import io.millrace.document.Analysis;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.OwnAnalyzer;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What may change in the definition of an index that exists: how often it commits, what it is
/// described as, fields that are new, how texts are analyzed, and whether further fields are
/// inferred. Everything else decides what is on disk and needs a rebuild.
public final class Compatibility {
    private Compatibility() {}

    /// @param schema what is on disk: the fields that `before` declares, and inferred ones
    /// @throws InvalidRequest CONFLICT, naming every member that differs and may not
    static void check(IndexDefinition before, Schema schema, IndexDefinition after) {
        List<String> differences = refusals(before, schema, after);
        if (!differences.isEmpty()) {
            throw InvalidRequest.conflict(
                    ("index %1$s: %2$s; that needs a rebuild: POST /indexes/%1$s/rebuild with the new"
                                    + " definition. Without one, fields can be added, and commit,"
                                    + " description, analyzers and dynamic changed")
                            .formatted(before.name(), String.join(", ", differences)));
        }
    }

    static List<String> refusals(IndexDefinition before, Schema schema, IndexDefinition after) {
        List<String> found = differences(schema, after.schema());
        compareSources(found, before.source(), after.source());
        return found;
    }

    /// Every difference that needs a rebuild, as a phrase that names the member. The order of the
    /// fields says nothing: an index keeps its own.
    ///
    /// @param schema what is on disk
    /// @param declared what a definition says
    public static List<String> differences(Schema schema, Schema declared) {
        List<String> found = new ArrayList<>();
        // Where nothing is declared the key is what the source says: the facts tell whether that
        // changed.
        if (schema.isComplete() && declared.isComplete()) {
            compare(found, "key", schema.keyPaths(), declared.keyPaths());
        }
        compare(found, "mode", schema.rules().mode().label(), declared.rules().mode().label());
        compare(
                found,
                "absent",
                schema.rules().absent().label(),
                declared.rules().absent().label());
        for (Field old : schema.fields()) {
            String path = "fields." + old.path();
            Optional<Field> same = declared.field(old.path());
            if (same.isPresent()) {
                compareFields(found, path, old, same.get());
            } else if (!old.dynamic() && !isKeyOfSource(old, schema, declared)) {
                found.add(path + " is gone");
            }
        }
        return found;
    }

    private static boolean isKeyOfSource(Field field, Schema schema, Schema declared) {
        return !declared.isComplete() && schema.keyPaths().contains(field.path());
    }

    private static void compareFields(List<String> found, String path, Field old, Field now) {
        boolean widens =
                old.dynamic() && old.type() == FieldType.LONG && now.type() == FieldType.DOUBLE;
        if (!widens) {
            compare(found, path + ".type", old.type().label(), now.type().label());
        }
        if (!old.dynamic()) {
            compare(found, path + ".multi", old.multi(), now.multi());
        }
        compare(found, path + ".unit", old.unit().label(), now.unit().label());
    }

    /// Every difference that an index takes over as it runs, as a phrase that says from when on it
    /// holds.
    public static List<String> adoptions(Schema schema, Schema declared) {
        List<String> found = new ArrayList<>();
        for (Field now : declared.fields()) {
            String path = "fields." + now.path();
            Optional<Field> same = schema.field(now.path());
            if (same.isEmpty()) {
                found.add(
                        path
                                + " is new: documents indexed before do not have it until they are"
                                + " written again");
            } else if (same.get().dynamic()) {
                found.add(path + " was inferred and is declared now");
            } else {
                adoptAnalysis(found, path, same.get().analysis(), now.analysis());
            }
        }
        if (schema.dynamic() != declared.dynamic()) {
            found.add(
                    "dynamic changes from %s to %s"
                            .formatted(schema.dynamic(), declared.dynamic()));
        }
        return found;
    }

    /// Every field whose synonyms differ, as a phrase that names it.
    public static List<String> adoptions(OwnAnalyzers before, OwnAnalyzers after) {
        SortedSet<String> paths = new TreeSet<>(before.names().keySet());
        paths.addAll(after.names().keySet());
        return paths.stream()
                .filter(path -> !synonyms(before, path).equals(synonyms(after, path)))
                .map("fields.%s has other synonyms: for searches from now on"::formatted)
                .toList();
    }

    private static List<String> synonyms(OwnAnalyzers analyzers, String path) {
        return analyzers.ofField(path).map(OwnAnalyzer::synonyms).orElse(List.of());
    }

    private static void adoptAnalysis(
            List<String> found, String path, Analysis before, Analysis now) {
        if (!before.analyzer().equals(now.analyzer())) {
            found.add(
                    "%s.analyzer changes from %s to %s: for documents read from now on"
                            .formatted(path, before.analyzer(), now.analyzer()));
        } else if (!Objects.equals(before.stopwords(), now.stopwords())) {
            found.add(
                    "%s.analyzer leaves out other words: of documents read from now on"
                            .formatted(path));
        }
        if (before.positions() != now.positions()) {
            found.add(
                    "%s.positions changes from %s to %s: %s"
                            .formatted(
                                    path,
                                    before.positions(),
                                    now.positions(),
                                    now.positions()
                                            ? "for documents read from now on; phrases in older"
                                                    + " ones are looked for in their stored texts"
                                            : "phrases are not looked for in it any more"));
        }
    }

    /// Every member but `commit` and `description` that differs, as a phrase that names it.
    static List<String> differences(IndexDefinition before, IndexDefinition after) {
        List<String> found = differences(before.schema(), after.schema());
        found.addAll(adoptions(before.schema(), after.schema()));
        compareSources(found, before.source(), after.source());
        return found;
    }

    private static void compareSources(List<String> found, Source before, Source after) {
        compareFacts(found, before.facts(), after.facts());
    }

    /// Every difference that needs a rebuild between an index and the definition it is opened
    /// under: its file may have been edited while nobody looked.
    ///
    /// @param facts what the index keeps of the source it was built from
    public static List<String> differences(
            Schema schema, SortedMap<String, String> facts, IndexDefinition declared) {
        List<String> found = differences(schema, declared.schema());
        SortedMap<String, String> kept = new TreeMap<>(facts);
        kept.keySet().removeIf(name -> !name.startsWith("source"));
        if (!kept.isEmpty()) {
            compareFacts(found, kept, declared.source().facts());
        }
        return found;
    }

    private static void compareFacts(
            List<String> found, SortedMap<String, String> before, SortedMap<String, String> after) {
        if (!before.keySet().equals(after.keySet())) {
            compare(found, "source", kind(before), kind(after));
            return;
        }
        before.forEach(
                (member, value) -> compare(found, member, value, after.getOrDefault(member, "")));
    }

    /// `kafka` for `source.kafka.topic`.
    private static String kind(SortedMap<String, String> facts) {
        String[] steps = facts.firstKey().split("\\.");
        return steps.length > 1 ? steps[1] : facts.getOrDefault(facts.firstKey(), "");
    }

    private static void compare(List<String> found, String member, Object before, Object after) {
        if (!before.equals(after)) {
            found.add("%s changes from %s to %s".formatted(member, before, after));
        }
    }
}
