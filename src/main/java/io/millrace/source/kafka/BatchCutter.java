package io.millrace.source.kafka;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.change.SourcePartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// Cuts what was polled into batches of bounded size, each with the ranges it covers. Confined to
/// the consumer thread.
///
/// Between the last record of a partition and the consumer's position may lie transaction markers,
/// aborted and compacted records; the batch that takes the last record takes them too, and a
/// partition that moved without a record gives a range of its own.
final class BatchCutter {
    private final RecordDecoder decoder;
    private final KafkaReadOptions options;

    /// Where the batches cut so far end.
    private final Map<SourcePartition, Position> stands = new HashMap<>();

    /// Where the consumer stands.
    private final Map<SourcePartition, Position> reached = new HashMap<>();

    private final Deque<Polled> polled = new ArrayDeque<>();

    /// Records of one partition that are not in a batch yet, from `next` on.
    private static final class Polled {
        final SourcePartition partition;
        final List<ConsumerRecord<byte[], byte[]>> records;
        int next;

        Polled(SourcePartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
            this.partition = partition;
            this.records = records;
        }
    }

    BatchCutter(Checkpoint from, RecordDecoder decoder, KafkaReadOptions options) {
        this.decoder = decoder;
        this.options = options;
        stands.putAll(from.positions());
        reached.putAll(from.positions());
    }

    /// Takes the answer of one poll.
    void accept(ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            polled.add(new Polled(TopicFacts.partition(partition), records.records(partition)));
        }
        for (Map.Entry<TopicPartition, OffsetAndMetadata> next : records.nextOffsets().entrySet()) {
            SourcePartition partition = TopicFacts.partition(next.getKey());
            reached.put(
                    partition,
                    new Position(
                            next.getValue().offset(),
                            next.getValue().leaderEpoch().orElse(Position.NO_EPOCH)));
        }
    }

    /// True while polled records wait for a batch.
    boolean hasRecords() {
        return !polled.isEmpty();
    }

    /// True when the consumer passed something that is in no batch yet, records or not.
    boolean hasMoved() {
        for (Map.Entry<SourcePartition, Position> position : reached.entrySet()) {
            Position stood = stands.get(position.getKey());
            if (stood == null || stood.next() != position.getValue().next()) {
                return true;
            }
        }
        return false;
    }

    ChangeBatch next() {
        List<Change> changes = new ArrayList<>();
        List<Reject> rejects = new ArrayList<>();
        Map<SourcePartition, Position> ends = new HashMap<>();
        long bytes = 0;
        int records = 0;
        while (!polled.isEmpty()
                && records < options.batchRecordsMax()
                && bytes < options.batchBytesMax()) {
            Polled source = polled.getFirst();
            ConsumerRecord<byte[], byte[]> record = source.records.get(source.next++);
            bytes += decoder.decode(record, changes, rejects);
            records++;
            ends.put(
                    source.partition,
                    new Position(
                            record.offset() + 1, record.leaderEpoch().orElse(Position.NO_EPOCH)));
            if (source.next == source.records.size()) {
                polled.removeFirst();
                ends.remove(source.partition);
            }
        }
        // What stays polled ends at its last record taken; every other partition where it stands.
        for (Map.Entry<SourcePartition, Position> position : reached.entrySet()) {
            if (polled.stream().noneMatch(left -> left.partition.equals(position.getKey()))) {
                ends.put(position.getKey(), position.getValue());
            }
        }
        return ChangeBatch.of(changes, rejects, ranges(ends));
    }

    private List<PositionRange> ranges(Map<SourcePartition, Position> ends) {
        List<PositionRange> ranges = new ArrayList<>(ends.size());
        for (SourcePartition partition : new TreeSet<>(ends.keySet())) {
            Position from = stands.get(partition);
            Position to = ends.get(partition);
            if (from != null && to != null && from.next() != to.next()) {
                ranges.add(new PositionRange(partition, from, to));
                stands.put(partition, to);
            }
        }
        return ranges;
    }
}
