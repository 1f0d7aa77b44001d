package io.millrace.rest;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.CommitPoint;
import io.millrace.pipeline.Awaited;
import io.millrace.pipeline.RunningIndex;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a reader wants to see at least, and how long it waits for that: the position of an earlier
/// answer, or the offsets of records as their producer got them.
///
/// - offsets: by topic and partition; empty when there is a token
record AtLeast(@Nullable String token, Map<String, Map<Integer, Long>> offsets, Duration timeout) {
    static final String NAME = "atLeast";
    static final String TIMEOUT = "timeout";
    static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(5);
    static final Duration TIMEOUT_MAX = Duration.ofSeconds(60);
    private static final int OFFSETS_MAX = 10_000;

    /// Nothing to wait for.
    static final AtLeast NOTHING = new AtLeast(null, Map.of(), TIMEOUT_DEFAULT);

    /// From `atLeast=<position>`, or `atLeast=topic:partition:offset` as often as needed.
    static AtLeast of(List<String> given, @Nullable String timeout) {
        Duration wait = RequestText.duration(TIMEOUT, timeout, TIMEOUT_DEFAULT, TIMEOUT_MAX);
        if (given.size() == 1 && !given.getFirst().contains(":")) {
            return new AtLeast(given.getFirst(), Map.of(), wait);
        }
        Map<String, Map<Integer, Long>> offsets = new LinkedHashMap<>();
        for (String each : given) {
            String[] parts = each.split(":", -1);
            if (parts.length != 3
                    || !parts[1].matches("[0-9]{1,9}")
                    || !parts[2].matches("[0-9]{1,18}")) {
                throw InvalidRequest.malformed(
                        NAME,
                        "atLeast %s, expected topic:partition:offset, or one position of an earlier answer"
                                .formatted(each));
            }
            put(offsets, parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
        }
        return new AtLeast(null, offsets, wait);
    }

    /// From the members of a body: `"atLeast": "<position>"`, or `"atLeast": {"kafka": {"<topic>":
    /// {"<partition>": <offset>}}}`.
    static AtLeast of(Obj body) {
        Value given = body.get(NAME);
        String timeout = null;
        if (body.get(TIMEOUT) != null) {
            timeout = String.valueOf(body.get(TIMEOUT));
        }
        Duration wait = RequestText.duration("/" + TIMEOUT, timeout, TIMEOUT_DEFAULT, TIMEOUT_MAX);
        return switch (given) {
            case null -> new AtLeast(null, Map.of(), wait);
            case Value.Text(String token) -> new AtLeast(token, Map.of(), wait);
            case Obj object -> new AtLeast(null, offsets(object), wait);
            default -> throw refused("/" + NAME, "a position, or an object with kafka");
        };
    }

    private static Map<String, Map<Integer, Long>> offsets(Obj object) {
        if (object.members().size() != 1 || !(object.get("kafka") instanceof Obj topics)) {
            throw refused("/" + NAME, "one member kafka with an object of topics");
        }
        Map<String, Map<Integer, Long>> offsets = new LinkedHashMap<>();
        topics.members()
                .forEach((topic, partitions) -> {
                    String place = "/%s/kafka/%s".formatted(NAME, topic);
                    if (!(partitions instanceof Obj byPartition)) {
                        throw refused(place, "an object of offsets by partition");
                    }
                    byPartition
                            .members()
                            .forEach((partition, offset) -> {
                                if (!partition.matches("[0-9]{1,9}")
                                        || !(offset instanceof Value.Int(long number))
                                        || number < 0) {
                                    throw refused(
                                            place + "/" + partition,
                                            "the number of a partition with an offset");
                                }
                                put(offsets, topic, Integer.parseInt(partition), number);
                            });
                });
        return offsets;
    }

    private static void put(
            Map<String, Map<Integer, Long>> offsets, String topic, int partition, long offset) {
        Map<Integer, Long> ofTopic = offsets.computeIfAbsent(topic, _ -> new HashMap<>());
        ofTopic.merge(partition, offset, Math::max);
        if (ofTopic.size() > OFFSETS_MAX || offsets.size() > OFFSETS_MAX) {
            throw InvalidRequest.tooLarge(
                    NAME, "atLeast names more than %d partitions".formatted(OFFSETS_MAX));
        }
    }

    private static InvalidRequest refused(String place, String expected) {
        return InvalidRequest.malformed(
                place, "%s: expected %s".formatted(place.substring(1).replace('/', '.'), expected));
    }

    boolean isNothing() {
        return token == null && offsets.isEmpty();
    }

    /// Answers once the index holds what is wanted, at once where it does. No thread waits.
    ///
    /// @param path of the request, for the problem
    <T> Uni<T> then(RunningIndex running, String path, Supplier<T> answer) {
        if (isNothing()) {
            return Uni.createFrom().item(answer);
        }
        String incarnation = running.index().incarnation();
        Awaited awaited = awaited(running, incarnation);
        CompletableFuture<CommitPoint> waiter = running.await(awaited);
        if (waiter.isDone() && !waiter.isCompletedExceptionally()) {
            return Uni.createFrom().item(answer);
        }
        return Uni.createFrom()
                .completionStage(waiter)
                .ifNoItem()
                .after(timeout)
                .failWith(() -> behind(running, incarnation, awaited, path))
                .onTermination()
                .invoke((_, _, _) -> waiter.cancel(false))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(_ -> answer.get());
    }

    private ProblemException behind(
            RunningIndex running, String incarnation, Awaited awaited, String path) {
        CommitPoint newest = running.index().newestCommit();
        String wanted =
                awaited.generation() > 0
                        ? "generation " + awaited.generation()
                        : awaited.positions().toString();
        String detail =
                "index %s stands at generation %d with %s after %d ms, expected %s"
                        .formatted(
                                running.definition().name(),
                                newest.generation(),
                                newest.checkpoint(),
                                timeout.toMillis(),
                                wanted);
        Problem problem =
                Problem.of(new MillraceException.Unavailable(detail), path)
                        .standingAt(PositionToken.of(incarnation, newest.generation()));
        return new ProblemException(problem, 1);
    }

    private Awaited awaited(RunningIndex running, String incarnation) {
        if (token == null) {
            return Awaited.positions(positions(running));
        }
        PositionToken position = PositionToken.parse(NAME, token);
        if (!position.incarnation().equals(incarnation)) {
            throw InvalidRequest.conflict(
                    "atLeast names incarnation %s of index %s, which is %s by now: it was made anew, so leave atLeast out and read again"
                            .formatted(
                                    position.incarnation(),
                                    running.definition().name(),
                                    incarnation));
        }
        return switch (position) {
            case PositionToken.OfGeneration(_, long generation) -> {
                long newest = running.index().newestCommit().generation();
                if (generation > newest) {
                    throw InvalidRequest.malformed(
                            NAME,
                            "atLeast names generation %d of index %s, which stands at %d: expected the position of an answer"
                                    .formatted(generation, running.definition().name(), newest));
                }
                yield Awaited.generation(generation);
            }
            case PositionToken.OfPush(_, long session, long next) -> {
                if (running.push().session() != session) {
                    throw InvalidRequest.conflict(
                            "atLeast names documents that index %s accepted before it was started again or lost a generation: whether they were indexed is not known, so look them up or send them again"
                                    .formatted(running.definition().name()));
                }
                yield Awaited.positions(DocumentsResource.positions(next));
            }
        };
    }

    /// A record is held once the index is behind it.
    private Checkpoint positions(RunningIndex running) {
        if (!(running.definition().source() instanceof KafkaSource kafka)) {
            throw InvalidRequest.malformed(
                    NAME,
                    "index %s reads no topic, expected the position of an earlier answer"
                            .formatted(running.definition().name()));
        }
        Checkpoint committed = running.index().newestCommit().checkpoint();
        Map<SourcePartition, Position> wanted = new HashMap<>();
        offsets.forEach((topic, ofTopic) ->
                ofTopic.forEach((partition, offset) -> {
                    SourcePartition source = new SourcePartition(topic, partition);
                    if (committed.position(source) == null) {
                        throw InvalidRequest.malformed(
                                NAME,
                                "index %s does not read partition %d of topic %s, it reads %d of topic %s"
                                        .formatted(
                                                running.definition().name(),
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
