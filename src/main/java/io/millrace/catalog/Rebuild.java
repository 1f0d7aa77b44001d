package io.millrace.catalog;

import io.millrace.MillraceException;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.util.LinkedHashMap;
import java.util.Map;

/// A rebuild that was begun: which incarnation is built, and under which definition.
public record Rebuild(String incarnation, IndexDefinition definition) {

    Value toValue() {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("incarnation", Value.of(incarnation));
        members.put("definition", definition.origin());
        return new Obj(members);
    }

    /// @throws MillraceException.Corrupt when it is not what was written
    static Rebuild of(String name, Value mark, DefinitionParser parser) {
        if (mark instanceof Obj members
                && members.get("incarnation") instanceof Value.Text(String incarnation)
                && members.get("definition") instanceof Obj definition) {
            return new Rebuild(incarnation, parser.parse(name, definition));
        }
        throw new MillraceException.Corrupt(
                "rebuild mark of index %s: %s, expected incarnation and definition"
                        .formatted(name, mark));
    }
}
