package io.millrace.index;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The announcement of one generation. Stored in its commit record, published afterwards, at least
/// once, in generation order.
///
/// One that is a resync stands for all the generations above `previousGeneration` up to its own,
/// whose events are not kept any more: whoever follows reads the index anew, at its generation or a
/// later one, and goes on with the events behind that. It is in no record.
///
/// - id: `index:incarnation:generation:ordinal`, the same however often it is sent; the ordinal of
///   a resync reads `resync`
/// - kind: null in a resync
/// - data: what changed: kind, segments in and out, counts, positions, schema version
public record IndexEvent(
        String id,
        String index,
        String incarnation,
        long generation,
        long previousGeneration,
        int ordinal,
        @Nullable CommitKind kind,
        Obj data) {

    /// @param after the newest generation that was told of
    /// @param through the newest one that is not kept any more
    static IndexEvent resync(CommitRecord newest, long after, long through) {
        Map<String, Value> missed = new LinkedHashMap<>();
        missed.put("from", Value.of(after + 1));
        missed.put("through", Value.of(through));
        Map<String, Value> data = new LinkedHashMap<>();
        data.put("kind", Value.of("RESYNC"));
        data.put("startFrom", Value.of(through));
        data.put("missed", new Obj(missed));
        return new IndexEvent(
                "%s:%s:%d:resync".formatted(newest.index(), newest.incarnation(), through),
                newest.index(),
                newest.incarnation(),
                through,
                after,
                0,
                null,
                new Obj(data));
    }

    public boolean isResync() {
        return kind == null;
    }
}
