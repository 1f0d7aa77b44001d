package io.millrace.search;

import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.List;

/// The texts that a document has in one field, in the order in which they are indexed.
final class FieldTexts {
    private FieldTexts() {}

    static List<String> of(Value.Obj root, Field field) {
        List<String> texts = new ArrayList<>();
        collect(root, field.path(), field, texts);
        return texts;
    }

    /// @param rest what is left of the path: members may have dots in their names
    private static void collect(Value value, String rest, Field field, List<String> into) {
        switch (value) {
            case Value.Obj object ->
                    object.members()
                            .forEach((name, member) -> {
                                if (rest.equals(name)) {
                                    collect(member, "", field, into);
                                } else if (rest.startsWith(name)
                                        && rest.startsWith(".", name.length())) {
                                    String inner = rest.substring(name.length() + 1);
                                    collect(member, inner, field, into);
                                }
                            });
            case Value.Array(List<Value> items) ->
                    items.forEach(item -> collect(item, rest, field, into));
            case Value.Null _ -> {}
            case Value.Bool _, Value.Int _, Value.Real _, Value.Decimal _, Value.Text _ -> {
                if (rest.isEmpty()) {
                    into.add(Coercion.text(field, value));
                }
            }
        }
    }
}
