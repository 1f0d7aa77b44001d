package io.millrace.change;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What makes a source this source and not a namesake: Kafka's cluster and topic ids, Postgres'
/// system identifier; and what the index's definition says of it. A commit record keeps it; a
/// source that answers otherwise is refused.
public record SourceIdentity(SortedMap<String, String> facts) {
    public SourceIdentity {
        facts = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(facts));
    }

    public static SourceIdentity of(Map<String, String> facts) {
        return new SourceIdentity(new TreeMap<>(facts));
    }

    /// The same with more facts.
    public SourceIdentity with(Map<String, String> more) {
        SortedMap<String, String> all = new TreeMap<>(facts);
        all.putAll(more);
        return new SourceIdentity(all);
    }

    public Obj toValue() {
        Map<String, Value> members = new LinkedHashMap<>();
        facts.forEach((name, value) -> members.put(name, Value.of(value)));
        return new Obj(members);
    }

    public static SourceIdentity fromValue(Obj value) {
        SortedMap<String, String> facts = new TreeMap<>();
        value.members().forEach((name, fact) -> facts.put(name, fact.toString()));
        return new SourceIdentity(facts);
    }
}
