package io.millrace.index;

import io.millrace.change.Change;
import io.millrace.change.Reject.Stage;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentPatch;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.document.WriteMode;
import io.millrace.document.WriteRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What changes come to, worked out naively on trees: the documents by key, and the stage that
/// refused a change, by its place in the source. Every change counts one place and one sequence
/// number, so the two are the same.
final class ChangeModel {
    static final List<Field> FIELDS =
            List.of(
                    Field.of("id", FieldType.KEYWORD),
                    Field.of("n", FieldType.LONG),
                    Field.of("tags", FieldType.KEYWORD).asMulti(),
                    Field.of("a.b", FieldType.LONG),
                    Field.of("body", FieldType.KEYWORD));

    final SortedMap<DocumentKey, Obj> documents = new TreeMap<>();
    final SortedMap<Long, Stage> refused = new TreeMap<>();
    private final WriteRules rules;

    /// A path that leads through another value, or items of an object.
    private static final class Blocked extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    ChangeModel(WriteRules rules) {
        this.rules = rules;
    }

    static Schema schema(WriteRules rules) {
        return rules.mode() == WriteMode.APPEND
                ? new Schema(1, List.of(), FIELDS, rules)
                : new Schema(1, List.of("id"), FIELDS, rules);
    }

    void apply(Change change, long place) {
        boolean appends = rules.mode() == WriteMode.APPEND;
        switch (change) {
            case Change.Truncate _ -> documents.clear();
            case Change.Append(Document document, _) -> {
                if (!appends) {
                    refused.put(place, Stage.KEY);
                } else {
                    store(DocumentKey.of(place), document.root(), place);
                }
            }
            case Change.Keyed keyed -> {
                if (appends) {
                    refused.put(place, Stage.KEY);
                } else {
                    keyed(keyed, place);
                }
            }
        }
    }

    private void keyed(Change.Keyed change, long place) {
        DocumentKey key = change.key();
        Obj current = documents.get(key);
        switch (change) {
            case Change.Delete _ -> documents.remove(key);
            case Change.Upsert upsert -> {
                if (current != null && rules.mode() == WriteMode.REJECT_DUPLICATES) {
                    refused.put(place, Stage.DUPLICATE);
                } else if (current == null && !upsert.keep().isEmpty()) {
                    refused.put(place, Stage.RESOLVE);
                } else {
                    Obj document = upsert.document().root();
                    try {
                        for (String path : upsert.keep()) {
                            Value kept = at(current, path);
                            document =
                                    kept == null
                                            ? without(document, path)
                                            : with(document, path, kept);
                        }
                        store(key, document, place);
                    } catch (Blocked e) {
                        refused.put(place, Stage.RESOLVE);
                    }
                }
            }
            case Change.Patch patch -> patch(key, current, patch.patch(), place);
        }
    }

    private void patch(DocumentKey key, @Nullable Obj current, DocumentPatch patch, long place) {
        boolean touchesKey = patch.set().containsKey("id") || patch.remove().contains("id");
        Obj base = current;
        if (base == null && !touchesKey) {
            switch (rules.absent()) {
                case IGNORE -> {
                    return;
                }
                case CREATE -> base = new Obj(Map.of("id", key.parts().getFirst()));
                case REJECT -> {}
            }
        }
        if (touchesKey || base == null) {
            refused.put(place, Stage.RESOLVE);
            return;
        }
        try {
            Obj edited = base;
            for (String path : patch.remove()) {
                edited = without(edited, path);
            }
            for (Map.Entry<String, List<Value>> taken : patch.takeFrom().entrySet()) {
                List<Value> items = items(edited, taken.getKey());
                List<Value> rest = new ArrayList<>(items);
                rest.removeAll(taken.getValue());
                if (rest.size() < items.size()) {
                    edited = with(edited, taken.getKey(), new Value.Array(rest));
                }
            }
            for (Map.Entry<String, List<Value>> added : patch.addTo().entrySet()) {
                List<Value> items = items(edited, added.getKey());
                List<Value> all = new ArrayList<>(items);
                for (Value item : added.getValue()) {
                    if (!all.contains(item)) {
                        all.add(item);
                    }
                }
                if (all.size() > items.size()) {
                    edited = with(edited, added.getKey(), new Value.Array(all));
                }
            }
            for (Map.Entry<String, Value> set : patch.set().entrySet()) {
                edited = with(edited, set.getKey(), set.getValue());
            }
            store(key, edited, place);
        } catch (Blocked e) {
            refused.put(place, Stage.RESOLVE);
        }
    }

    private void store(DocumentKey key, Obj document, long place) {
        boolean fits =
                isOne(at(document, "n"), Value.Int.class)
                        && isOne(at(document, "a.b"), Value.Int.class)
                        && isOne(at(document, "body"), Value.Text.class);
        if (fits) {
            documents.put(key, document);
        } else {
            refused.put(place, Stage.ANALYSE);
        }
    }

    /// Nothing, or one value of the type.
    private static boolean isOne(@Nullable Value value, Class<? extends Value> type) {
        return value == null
                || value instanceof Value.Null
                || value.equals(new Value.Array(List.of()))
                || type.isInstance(value);
    }

    private static List<Value> items(Obj document, String path) {
        Value value = at(document, path);
        if (value instanceof Obj) {
            throw new Blocked();
        }
        if (value == null || value instanceof Value.Null) {
            return List.of();
        }
        return value instanceof Value.Array(List<Value> items) ? items : List.of(value);
    }

    private static @Nullable Value at(@Nullable Obj document, String path) {
        Value value = document;
        for (String step : path.split("\\.")) {
            value = value instanceof Obj object ? object.get(step) : null;
        }
        return value;
    }

    private static Obj with(Obj document, String path, Value value) {
        Map<String, Value> members = new LinkedHashMap<>(document.members());
        int dot = path.indexOf('.');
        if (dot < 0) {
            members.put(path, value);
            return new Obj(members);
        }
        Value inner = document.get(path.substring(0, dot));
        if (inner == null || inner instanceof Value.Null) {
            inner = Obj.EMPTY;
        }
        if (!(inner instanceof Obj object)) {
            throw new Blocked();
        }
        members.put(path.substring(0, dot), with(object, path.substring(dot + 1), value));
        return new Obj(members);
    }

    private static Obj without(Obj document, String path) {
        Map<String, Value> members = new LinkedHashMap<>(document.members());
        int dot = path.indexOf('.');
        if (dot < 0) {
            members.remove(path);
        } else if (document.get(path.substring(0, dot)) instanceof Obj inner) {
            members.put(path.substring(0, dot), without(inner, path.substring(dot + 1)));
        }
        return new Obj(members);
    }
}
