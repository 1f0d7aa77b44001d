package io.millrace.change;

import io.millrace.MillraceException;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The positions of all partitions of an index. Immutable.
public final class Checkpoint {
    public static final Checkpoint EMPTY = new Checkpoint(new TreeMap<>());

    private final SortedMap<SourcePartition, Position> positions;

    private Checkpoint(SortedMap<SourcePartition, Position> positions) {
        this.positions = Collections.unmodifiableSortedMap(positions);
    }

    public static Checkpoint of(Map<SourcePartition, Position> positions) {
        return new Checkpoint(new TreeMap<>(positions));
    }

    public SortedMap<SourcePartition, Position> positions() {
        return positions;
    }

    public @Nullable Position position(SourcePartition partition) {
        return positions.get(partition);
    }

    /// The checkpoint after a batch.
    ///
    /// @throws MillraceException.Bug when a range does not start where this checkpoint stands (I5)
    public Checkpoint after(List<PositionRange> ranges) {
        if (ranges.isEmpty()) {
            return this;
        }
        SortedMap<SourcePartition, Position> next = new TreeMap<>(positions);
        for (PositionRange range : ranges) {
            Position stands = next.get(range.partition());
            if (stands == null || stands.next() != range.from().next()) {
                throw new MillraceException.Bug(
                        "%s: batch starts at %d, checkpoint stands at %s"
                                .formatted(
                                        range.partition(),
                                        range.from().next(),
                                        stands == null ? "nothing" : stands.next()));
            }
            next.put(range.partition(), range.to());
        }
        return new Checkpoint(next);
    }

    /// True when every position wanted is at or behind the one held here.
    public boolean covers(Checkpoint wanted) {
        return wanted.positions.entrySet().stream()
                .allMatch(want -> {
                    Position held = positions.get(want.getKey());
                    return held != null && held.next() >= want.getValue().next();
                });
    }

    /// As commit records and events write it: `{"quakes":{"0":1707}}`.
    public Obj toValue() {
        Map<String, Map<String, Value>> byStream = new LinkedHashMap<>();
        positions.forEach((partition, position) ->
                byStream.computeIfAbsent(partition.stream(), _ -> new LinkedHashMap<>())
                        .put(Integer.toString(partition.partition()), Value.of(position.next())));
        Map<String, Value> members = new LinkedHashMap<>();
        byStream.forEach((stream, parts) -> members.put(stream, new Obj(parts)));
        return new Obj(members);
    }

    /// As the commit record stores it, epochs included.
    public Value toRecord() {
        List<Value> rows = new ArrayList<>();
        positions.forEach((partition, position) ->
                rows.add(
                        new Value.Array(
                                List.of(
                                        Value.of(partition.stream()),
                                        Value.of(partition.partition()),
                                        Value.of(position.next()),
                                        Value.of(position.epoch())))));
        return new Value.Array(rows);
    }

    /// @throws MillraceException.Corrupt when the value is no checkpoint
    public static Checkpoint fromRecord(@Nullable Value record) {
        SortedMap<SourcePartition, Position> positions = new TreeMap<>();
        try {
            for (Value row : ((Value.Array) java.util.Objects.requireNonNull(record)).items()) {
                List<Value> cells = ((Value.Array) row).items();
                positions.put(
                        new SourcePartition(
                                ((Value.Text) cells.get(0)).value(),
                                Math.toIntExact(((Value.Int) cells.get(1)).value())),
                        new Position(
                                ((Value.Int) cells.get(2)).value(),
                                Math.toIntExact(((Value.Int) cells.get(3)).value())));
            }
        } catch (RuntimeException e) {
            throw new MillraceException.Corrupt("checkpoint record damaged: " + record, e);
        }
        return new Checkpoint(positions);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Checkpoint that && positions.equals(that.positions);
    }

    @Override
    public int hashCode() {
        return positions.hashCode();
    }

    @Override
    public String toString() {
        return toValue().toString();
    }
}
