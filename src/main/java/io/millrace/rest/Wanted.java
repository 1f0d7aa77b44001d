package io.millrace.rest;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.IndexDefinition.FileSource;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.PostgresSource;
import io.millrace.catalog.IndexDefinition.PushSource;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.source.postgres.Lsn;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an index shall hold at least, as a request names it. Immutable.
sealed interface Wanted {
    int PLACES_MAX = 10_000;

    /// Nothing in particular.
    record Anything() implements Wanted {}

    /// What an earlier answer showed or promised.
    record OfAnswer(String token) implements Wanted {}

    /// Records, by topic, partition and offset, as their producer got them.
    record Records(Map<String, Map<Integer, Long>> offsets) implements Wanted {

        /// A record is held once the index is behind it.
        ///
        /// @throws InvalidRequest MALFORMED when the index does not read them
        Checkpoint checkpoint(IndexDefinition index, Checkpoint committed) {
            if (!(index.source() instanceof KafkaSource kafka)) {
                throw otherKind(index);
            }
            Map<SourcePartition, Position> wanted = new HashMap<>();
            offsets.forEach((topic, ofTopic) ->
                    ofTopic.forEach((partition, offset) -> {
                        SourcePartition source = new SourcePartition(topic, partition);
                        if (committed.position(source) == null) {
                            throw InvalidRequest.malformed(
                                    AtLeast.NAME,
                                    "index %s does not read partition %d of topic %s, it reads %d of topic %s"
                                            .formatted(
                                                    index.name(),
                                                    partition,
                                                    topic,
                                                    committed.positions().size(),
                                                    kafka.topic()));
                        }
                        wanted.put(source, Position.of(offset + 1));
                    }));
            return Checkpoint.of(wanted);
        }
    }

    /// Whatever a database committed before a place in its log, by name of the source.
    record LogPlaces(Map<String, Long> lsns) implements Wanted {

        /// @throws InvalidRequest MALFORMED when the index does not follow them
        Checkpoint checkpoint(IndexDefinition index) {
            if (!(index.source() instanceof PostgresSource postgres)) {
                throw otherKind(index);
            }
            Map<SourcePartition, Position> wanted = new HashMap<>();
            lsns.forEach((source, lsn) -> {
                if (!source.equals(postgres.source())) {
                    throw InvalidRequest.malformed(
                            AtLeast.NAME,
                            "index %s follows source %s, not source %s"
                                    .formatted(index.name(), postgres.source(), source));
                }
                wanted.put(new SourcePartition(source, 0), Position.of(lsn));
            });
            return Checkpoint.of(wanted);
        }
    }

    /// From the values of a parameter: one `<position>`, or `<topic>:<partition>:<offset>` or
    /// `<source>:<LSN>` as often as needed.
    static Wanted of(List<String> given) {
        if (given.isEmpty()) {
            return new Anything();
        }
        if (given.size() == 1 && !given.getFirst().contains(":")) {
            return new OfAnswer(given.getFirst());
        }
        Map<String, Map<Integer, Long>> offsets = new LinkedHashMap<>();
        Map<String, Long> lsns = new LinkedHashMap<>();
        for (String each : given) {
            String[] parts = each.split(":", -1);
            if (parts.length == 3
                    && parts[1].matches("[0-9]{1,9}")
                    && parts[2].matches("[0-9]{1,18}")) {
                put(offsets, parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
            } else if (parts.length == 2) {
                put(lsns, parts[0], lsn(AtLeast.NAME, parts[1]));
            } else {
                throw InvalidRequest.malformed(
                        AtLeast.NAME,
                        "atLeast %s, expected topic:partition:offset, source:LSN, or one position of an earlier answer"
                                .formatted(each));
            }
        }
        if (!offsets.isEmpty() && !lsns.isEmpty()) {
            throw InvalidRequest.malformed(
                    AtLeast.NAME,
                    "atLeast names records of topics and LSNs, expected one of them: an index has one source");
        }
        return lsns.isEmpty() ? new Records(offsets) : new LogPlaces(lsns);
    }

    /// From the member of a body: `"<position>"`, `{"kafka": {"<topic>": {"<partition>":
    /// <offset>}}}`, or `{"postgres": {"<source>": "<LSN>"}}`.
    static Wanted of(Value given) {
        return switch (given) {
            case Value.Text(String token) -> new OfAnswer(token);
            case Obj object
                    when object.members().size() == 1
                            && object.get("kafka") instanceof Obj topics ->
                    records(topics);
            case Obj object
                    when object.members().size() == 1
                            && object.get("postgres") instanceof Obj sources ->
                    logPlaces(sources);
            default ->
                    throw refused(
                            "/" + AtLeast.NAME,
                            "a position, or an object with one member: kafka with an object of topics, or postgres with an object of sources");
        };
    }

    private static Wanted records(Obj topics) {
        Map<String, Map<Integer, Long>> offsets = new LinkedHashMap<>();
        topics.members()
                .forEach((topic, partitions) -> {
                    String place = "/%s/kafka/%s".formatted(AtLeast.NAME, topic);
                    if (!(partitions instanceof Obj byPartition)) {
                        throw refused(place, "an object of offsets by partition");
                    }
                    byPartition
                            .members()
                            .forEach((partition, offset) -> {
                                if (!partition.matches("[0-9]{1,9}")
                                        || !(offset instanceof Value.Int(long number))
                                        || number < 0
                                        || number == Long.MAX_VALUE) {
                                    throw refused(
                                            place + "/" + partition,
                                            "the number of a partition with an offset");
                                }
                                put(offsets, topic, Integer.parseInt(partition), number);
                            });
                });
        return offsets.isEmpty() ? new Anything() : new Records(offsets);
    }

    private static Wanted logPlaces(Obj sources) {
        Map<String, Long> lsns = new LinkedHashMap<>();
        sources.members()
                .forEach((source, lsn) -> {
                    String place = "/%s/postgres/%s".formatted(AtLeast.NAME, source);
                    if (!(lsn instanceof Value.Text(String text))) {
                        throw refused(place, "an LSN in quotes, as \"16/B374D848\"");
                    }
                    put(lsns, source, lsn(place, text));
                });
        return lsns.isEmpty() ? new Anything() : new LogPlaces(lsns);
    }

    private static long lsn(String place, String text) {
        try {
            long lsn = Lsn.parse(text);
            // No log has come as far as the upper half.
            if (lsn >= 0) {
                return lsn;
            }
        } catch (InvalidRequest e) {
            // Refused below, with its place.
        }
        throw InvalidRequest.malformed(
                place,
                "atLeast names position '%s' in the log of a database, expected an LSN as 16/B374D848"
                        .formatted(text));
    }

    private static void put(
            Map<String, Map<Integer, Long>> offsets, String topic, int partition, long offset) {
        Map<Integer, Long> ofTopic = offsets.computeIfAbsent(topic, _ -> new HashMap<>());
        ofTopic.merge(partition, offset, Math::max);
        checkCount(Math.max(ofTopic.size(), offsets.size()));
    }

    private static void put(Map<String, Long> lsns, String source, long lsn) {
        lsns.merge(source, lsn, Math::max);
        checkCount(lsns.size());
    }

    private static void checkCount(int places) {
        if (places > PLACES_MAX) {
            throw InvalidRequest.tooLarge(
                    AtLeast.NAME,
                    "atLeast names more than %d partitions or sources".formatted(PLACES_MAX));
        }
    }

    private static InvalidRequest refused(String place, String expected) {
        return InvalidRequest.malformed(
                place, "%s: expected %s".formatted(place.substring(1).replace('/', '.'), expected));
    }

    private static InvalidRequest otherKind(IndexDefinition index) {
        String named =
                switch (index.source()) {
                    case KafkaSource(_, String topic, _, _) ->
                            "reads topic %s, expected %s:partition:offset or"
                                    .formatted(topic, topic);
                    case PostgresSource(String source, _, _, _) ->
                            "follows source %s, expected %s:LSN or".formatted(source, source);
                    case PushSource _, FileSource _ ->
                            "reads neither a topic nor a table, expected";
                };
        return InvalidRequest.malformed(
                AtLeast.NAME,
                "index %s %s the position of an earlier answer".formatted(index.name(), named));
    }
}
