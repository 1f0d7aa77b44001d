package io.millrace.rest;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.IndexDefinition.PostgresSource;
import io.millrace.change.Checkpoint;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.CommitPoint;
import io.millrace.pipeline.Awaited;
import io.millrace.pipeline.RunningIndex;
import io.millrace.source.postgres.Lsn;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a reader wants to see at least, and how long it waits for that: the position of an earlier
/// answer, the offsets of records as their producer got them, or places in the log of a database.
record AtLeast(Wanted wanted, Duration timeout) {
    static final String NAME = "atLeast";
    static final String TIMEOUT = "timeout";
    static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(5);
    static final Duration TIMEOUT_MAX = Duration.ofSeconds(60);

    /// Nothing to wait for.
    static final AtLeast NOTHING = new AtLeast(new Wanted.Anything(), TIMEOUT_DEFAULT);

    /// From the parameters of a request.
    static AtLeast of(List<String> given, @Nullable String timeout) {
        return new AtLeast(
                Wanted.of(given),
                RequestText.duration(TIMEOUT, timeout, TIMEOUT_DEFAULT, TIMEOUT_MAX));
    }

    /// From the members of a body.
    static AtLeast of(Obj body) {
        Value given = body.get(NAME);
        String timeout = null;
        if (body.get(TIMEOUT) != null) {
            timeout = String.valueOf(body.get(TIMEOUT));
        }
        return new AtLeast(
                given == null ? new Wanted.Anything() : Wanted.of(given),
                RequestText.duration("/" + TIMEOUT, timeout, TIMEOUT_DEFAULT, TIMEOUT_MAX));
    }

    /// Answers once the index holds what is wanted, at once where it does. No thread waits.
    ///
    /// @param path of the request, for the problem
    <T> Uni<T> then(RunningIndex running, String path, Supplier<Uni<T>> answer) {
        if (wanted instanceof Wanted.Anything) {
            return answer.get();
        }
        String incarnation = running.index().incarnation();
        Awaited awaited = awaited(running, incarnation);
        CompletableFuture<CommitPoint> waiter = running.await(awaited);
        if (waiter.isDone() && !waiter.isCompletedExceptionally()) {
            return answer.get();
        }
        return Uni.createFrom()
                .completionStage(waiter)
                .ifNoItem()
                .after(timeout)
                .failWith(() -> behind(running, incarnation, awaited, path))
                .onTermination()
                .invoke((_, _, _) -> waiter.cancel(false))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .flatMap(_ -> answer.get());
    }

    private ProblemException behind(
            RunningIndex running, String incarnation, Awaited awaited, String path) {
        CommitPoint newest = running.index().newestCommit();
        String expected =
                awaited.generation() > 0
                        ? "generation " + awaited.generation()
                        : text(running, awaited.positions());
        String detail =
                "index %s stands at generation %d with %s after %d ms, expected %s"
                        .formatted(
                                running.definition().name(),
                                newest.generation(),
                                text(running, newest.checkpoint()),
                                timeout.toMillis(),
                                expected);
        Problem problem =
                Problem.of(new MillraceException.Unavailable(detail), path)
                        .standingAt(PositionToken.of(incarnation, newest.generation()));
        return new ProblemException(problem, 1);
    }

    /// Positions as people write them.
    private static String text(RunningIndex running, Checkpoint positions) {
        if (!(running.definition().source() instanceof PostgresSource)) {
            return positions.toString();
        }
        Map<String, Value> lsns = new LinkedHashMap<>();
        positions
                .positions()
                .forEach((source, position) ->
                        lsns.put(source.stream(), Value.of(Lsn.text(position.next()))));
        return new Obj(lsns).toString();
    }

    private Awaited awaited(RunningIndex running, String incarnation) {
        return switch (wanted) {
            case Wanted.Anything _ -> Awaited.generation(0);
            case Wanted.OfAnswer(String token) -> ofAnswer(token, running, incarnation);
            case Wanted.Records records ->
                    Awaited.positions(
                            records.checkpoint(
                                    running.definition(),
                                    running.index().newestCommit().checkpoint()));
            case Wanted.LogPlaces places ->
                    Awaited.positions(places.checkpoint(running.definition()));
        };
    }

    private static Awaited ofAnswer(String token, RunningIndex running, String incarnation) {
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
}
