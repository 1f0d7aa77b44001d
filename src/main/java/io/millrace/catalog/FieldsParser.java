package io.millrace.catalog;

import io.millrace.document.Field;
import io.millrace.document.FieldPath;
import io.millrace.document.FieldType;
import io.millrace.document.OwnAnalyzer;
import io.millrace.document.Schema;
import io.millrace.document.TimestampUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Reads the section `fields` of a definition. Confined to one thread.
final class FieldsParser {
    private static final Set<String> MEMBERS =
            Set.of("type", "multi", "unit", "analyzer", "positions");
    private static final Set<String> LATER_TYPES = Set.of("vector", "geo");

    /// Names of analyzers that a field may have.
    private final Set<String> names;

    private final Map<String, OwnAnalyzer> own;
    private final Map<String, String> ownAnalyzers = new TreeMap<>();

    /// @param known names of analyzers
    /// @param own those that the definition makes, by name
    FieldsParser(Set<String> known, Map<String, OwnAnalyzer> own) {
        this.own = own;
        names = new TreeSet<>(known);
        names.addAll(own.keySet());
    }

    /// Names by the paths of the fields that have an analyzer of the definition's own.
    Map<String, String> ownAnalyzers() {
        return ownAnalyzers;
    }

    /// In the order of the definition, those of the key that it does not declare in front.
    List<Field> parse(Optional<DefinitionNode> declared, List<String> key) {
        Map<String, Field> fields = new LinkedHashMap<>();
        if (declared.isPresent()) {
            List<DefinitionNode> members = declared.get().members();
            if (members.size() > Schema.FIELDS_MAX) {
                throw declared.get()
                        .refused(
                                "%d fields, expected at most %d",
                                members.size(), Schema.FIELDS_MAX);
            }
            for (DefinitionNode member : members) {
                Field field = field(member);
                if (key.contains(field.path())) {
                    checkKeyField(member, field);
                }
                fields.put(field.path(), field);
            }
        }
        List<Field> ordered = new ArrayList<>(fields.values());
        for (String path : key.reversed()) {
            if (!fields.containsKey(path)) {
                ordered.addFirst(Field.of(path, FieldType.KEYWORD));
            }
        }
        return ordered;
    }

    private static void checkKeyField(DefinitionNode node, Field field) {
        if (!field.type().isKey()) {
            throw node.refused(
                    "the key has type %s, expected %s",
                    field.type().label(), typeNames(FieldType::isKey));
        }
        if (field.multi()) {
            throw node.refused("the key has many values, expected one");
        }
    }

    private Field field(DefinitionNode node) {
        checkPath(node, node.name());
        node.refuseUnknown(MEMBERS, Map.of());
        FieldType type = type(node.required("type", "one of " + typeNames()));
        Field field = Field.of(node.name(), type);
        if (node.member("multi").map(DefinitionNode::bool).orElse(false)) {
            field = field.asMulti();
        }
        Optional<DefinitionNode> unit = node.member("unit");
        if (unit.isPresent()) {
            if (type != FieldType.TIMESTAMP) {
                throw unit.get()
                        .refused("a %s has no unit, only a timestamp has one", type.label());
            }
            String label = unit.get().word(labels(TimestampUnit.values()));
            field = field.withUnit(TimestampUnit.ofLabel(label).orElseThrow());
        }
        Optional<DefinitionNode> analyzer = node.member("analyzer");
        if (analyzer.isPresent()) {
            if (type != FieldType.TEXT) {
                throw analyzer.get()
                        .refused("a %s has no analyzer, only a text has one", type.label());
            }
            String name = analyzer.get().word(names);
            OwnAnalyzer made = own.get(name);
            if (made == null) {
                field = field.withAnalyzer(name);
            } else {
                field = field.withAnalysis(made.analysis());
                ownAnalyzers.put(node.name(), name);
            }
        }
        Optional<DefinitionNode> positions = node.member("positions");
        if (positions.isPresent()) {
            if (type != FieldType.TEXT) {
                throw positions
                        .get()
                        .refused("a %s has no positions, only a text has them", type.label());
            }
            field = field.withAnalysis(field.analysis().withPositions(positions.get().bool()));
        }
        return field;
    }

    private static FieldType type(DefinitionNode node) {
        String label = node.text();
        if (LATER_TYPES.contains(label)) {
            throw node.refused("type %s comes later, expected %s", label, typeNames());
        }
        if (label.equals(FieldType.STRING.label())) {
            throw node.refused(
                    "type string is what strings become where no field is declared; expected"
                            + " keyword (compared), text (matched), or no declaration (both)");
        }
        return FieldType.ofLabel(label).orElseThrow(() -> node.expected(typeNames()));
    }

    static void checkPath(DefinitionNode node, String path) {
        if (!FieldPath.isWellFormed(path)) {
            throw node.refused(
                    "field name, expected 1 to %d printable characters, its steps parted by single"
                            + " dots",
                    FieldPath.CHARS_MAX);
        }
        if (FieldPath.isReserved(path)) {
            throw node.refused("field names that start with _ are reserved");
        }
    }

    private static String typeNames() {
        return typeNames(_ -> true);
    }

    private static String typeNames(Predicate<FieldType> wanted) {
        return DefinitionNode.oneOf(
                FieldType.declarable().stream().filter(wanted).map(FieldType::label).toList());
    }

    private static List<String> labels(TimestampUnit[] units) {
        return Arrays.stream(units).map(TimestampUnit::label).toList();
    }
}
