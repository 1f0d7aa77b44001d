package io.millrace.change;

import io.millrace.MillraceException;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The positions of all partitions of an index, and how far the copies of their rows are.
/// Immutable.
///
/// A partition without a copy has nothing to copy, or is done with it.
public final class Checkpoint {
    public static final Checkpoint EMPTY = of(new TreeMap<>());

    private final SortedMap<SourcePartition, Position> positions;
    private final SortedMap<SourcePartition, CopyState> copies;

    private Checkpoint(
            SortedMap<SourcePartition, Position> positions,
            SortedMap<SourcePartition, CopyState> copies) {
        this.positions = Collections.unmodifiableSortedMap(positions);
        this.copies = Collections.unmodifiableSortedMap(copies);
    }

    public static Checkpoint of(Map<SourcePartition, Position> positions) {
        return new Checkpoint(new TreeMap<>(positions), new TreeMap<>());
    }

    public SortedMap<SourcePartition, Position> positions() {
        return positions;
    }

    public @Nullable Position position(SourcePartition partition) {
        return positions.get(partition);
    }

    /// How far the copy of a partition is; [CopyState#DONE] where there is none.
    public CopyState copy(SourcePartition partition) {
        return copies.getOrDefault(partition, CopyState.DONE);
    }

    /// The same, but for copies that are as far as this now.
    public Checkpoint withCopies(Map<SourcePartition, CopyState> moved) {
        if (moved.isEmpty()) {
            return this;
        }
        SortedMap<SourcePartition, CopyState> next = new TreeMap<>(copies);
        next.putAll(moved);
        next.values().removeIf(CopyState::isDone);
        return new Checkpoint(positions, next);
    }

    /// The checkpoint after a batch.
    ///
    /// @throws MillraceException.Bug when a range does not start where this checkpoint stands (I5)
    public Checkpoint after(ChangeBatch batch) {
        return after(batch.ranges()).withCopies(batch.copies());
    }

    private Checkpoint after(List<PositionRange> ranges) {
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
        return new Checkpoint(next, copies);
    }

    /// True when every position wanted is at or behind the one held here, and nothing before it is
    /// still to be copied.
    public boolean covers(Checkpoint wanted) {
        return wanted.positions.entrySet().stream()
                .allMatch(want -> {
                    Position held = positions.get(want.getKey());
                    return held != null
                            && held.next() >= want.getValue().next()
                            && copy(want.getKey()).complete();
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

    /// As the commit record stores it, epochs included; a copy that is not done is a fifth cell.
    public Value toRecord() {
        List<Value> rows = new ArrayList<>();
        positions.forEach((partition, position) -> {
            List<Value> cells = new ArrayList<>();
            cells.add(Value.of(partition.stream()));
            cells.add(Value.of(partition.partition()));
            cells.add(Value.of(position.next()));
            cells.add(Value.of(position.epoch()));
            CopyState copy = copies.get(partition);
            if (copy != null) {
                cells.add(copy.toRecord());
            }
            rows.add(new Value.Array(cells));
        });
        return new Value.Array(rows);
    }

    /// @throws MillraceException.Corrupt when the value is no checkpoint
    public static Checkpoint fromRecord(@Nullable Value record) {
        SortedMap<SourcePartition, Position> positions = new TreeMap<>();
        SortedMap<SourcePartition, CopyState> copies = new TreeMap<>();
        try {
            for (Value row : ((Value.Array) Objects.requireNonNull(record)).items()) {
                List<Value> cells = ((Value.Array) row).items();
                SourcePartition partition =
                        new SourcePartition(
                                ((Value.Text) cells.get(0)).value(),
                                Math.toIntExact(((Value.Int) cells.get(1)).value()));
                positions.put(
                        partition,
                        new Position(
                                ((Value.Int) cells.get(2)).value(),
                                Math.toIntExact(((Value.Int) cells.get(3)).value())));
                if (cells.size() > 4) {
                    copies.put(partition, CopyState.fromRecord(cells.get(4)));
                }
            }
        } catch (RuntimeException e) {
            throw new MillraceException.Corrupt("checkpoint record damaged: " + record, e);
        }
        return new Checkpoint(positions, copies);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Checkpoint that
                && positions.equals(that.positions)
                && copies.equals(that.copies);
    }

    @Override
    public int hashCode() {
        return 31 * positions.hashCode() + copies.hashCode();
    }

    @Override
    public String toString() {
        return toValue().toString();
    }
}
