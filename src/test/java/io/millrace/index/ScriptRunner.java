package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Origin;
import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.FaultDirectory.Fault;
import io.millrace.testing.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One index in memory, driven by words. ULIDs are answered as `#1`, `#2` in the order in which
/// they are first seen; lengths and checksums, which say nothing about behaviour, as `…`.
///
/// ```
/// options documents=3 kept=1 rejects=2 builder=1 unpublished=5    before the first other command
/// add a=1 ~b=2 -c * !d ?e    one batch: upsert, patch, delete, truncate, a document that breaks the
///                            schema, a record that could not be decoded
/// skip 3                     three positions with nothing to index
/// prepare | publish | close  the two halves of a commit, and giving it up
/// commit | abort             both halves at once; dropping everything since the last commit
/// get a | all | count        what the newest generation shows
/// snapshot s | all s | close s
/// files | record | status | commits | events [after] | rejects | published 3
/// merge [2] | expunge       segments rewritten as at most so many; those with deletes rewritten
/// pause | resume | merges    merges held back and let go, counted; what they wait for
/// sweep                      files that nobody owns
/// reopen | crash 7           an orderly restart; a power loss with this seed
/// wait 61                    seconds go by
/// fail 3 FULL                the third call to the directory from now on fails
/// ```
final class ScriptRunner implements AutoCloseable {
    private static final Pattern ULID = Pattern.compile("[0-9A-HJKMNP-TV-Z]{26}");

    private static final Pattern SIZE =
            Pattern.compile("((?:length|bytes|crc)(?:=|\":)|previousCrc: )-?[0-9]+");

    private final ManualClock clock = new ManualClock();
    private final Map<String, String> ulids = new HashMap<>();
    private final Map<String, IndexSnapshot> snapshots = new LinkedHashMap<>();
    private final Deque<Index.MergePause> pauses = new ArrayDeque<>();
    private FaultDirectory disk = new FaultDirectory();
    private IndexOptions options = IndexScenario.OPTIONS;
    private @Nullable IndexScenario scenario;
    private @Nullable Index index;
    private @Nullable PreparedCommit prepared;

    /// The answer, line by line.
    List<String> run(String line) {
        String[] words = line.strip().split("\\s+");
        List<String> arguments = Arrays.asList(words).subList(1, words.length);
        try {
            return answer(words[0], arguments).stream().map(this::nameUlids).toList();
        } catch (MillraceException e) {
            return List.of(nameUlids(e.getClass().getSimpleName() + ": " + e.getMessage()));
        } catch (IOException e) {
            return List.of("IOException: " + e.getMessage());
        }
    }

    private List<String> answer(String command, List<String> arguments) throws IOException {
        return switch (command) {
            case "options" -> options(arguments);
            case "add" -> List.of(admission(arguments));
            case "skip" -> skip(Long.parseLong(arguments.getFirst()));
            case "prepare" -> {
                prepared = index().writer().prepareCommit();
                yield List.of("prepared");
            }
            case "publish" -> List.of(published(prepared().commit()));
            case "commit" -> List.of(published(scenario().commit(index())));
            case "close" -> close(arguments);
            case "abort" -> {
                index().writer().abort();
                yield List.of("back at " + index().writer().accepted());
            }
            case "get" -> get(arguments.getFirst());
            case "all" -> List.of(shown(arguments).toString());
            case "count" -> List.of(String.valueOf(index().newestCommit().documentCount()));
            case "snapshot" -> {
                IndexSnapshot snapshot = index().snapshot();
                snapshots.put(arguments.getFirst(), snapshot);
                yield List.of("generation " + snapshot.commit().generation());
            }
            case "files" -> files();
            case "record" -> record();
            case "status" -> status();
            case "commits" -> index().commits(100).stream().map(point -> describe(point)).toList();
            case "events" -> events(arguments);
            case "rejects" ->
                    IndexScenario.rejects(index()).stream().map(ScriptRunner::describe).toList();
            case "published" -> {
                index().markPublished(Long.parseLong(arguments.getFirst()));
                yield List.of("published through " + index().publishedThrough());
            }
            case "merge" -> {
                int segments = arguments.isEmpty() ? 1 : Integer.parseInt(arguments.getFirst());
                yield List.of(merged(index().forceMerge(segments, patience())));
            }
            case "expunge" -> List.of(merged(index().expungeDeletes(patience())));
            case "pause" -> {
                pauses.push(index().pauseMerges());
                yield List.of("paused " + index().merges().pauseCount());
            }
            case "resume" -> {
                pauses.pop().close();
                yield List.of(
                        pauses.isEmpty()
                                ? merged(index().waitForMerges(patience()))
                                : "paused " + index().merges().pauseCount());
            }
            case "merges" -> merges();
            case "sweep" -> List.of(index().sweepOrphans() + " orphans");
            case "reopen" -> {
                stop();
                yield List.of(describe(index().newestCommit()));
            }
            case "crash" -> {
                FaultDirectory after =
                        disk.afterPowerLoss(new Random(Long.parseLong(arguments.getFirst())));
                stop();
                disk = after;
                yield List.of(describe(index().newestCommit()));
            }
            case "wait" -> {
                clock.advance(Duration.ofSeconds(Long.parseLong(arguments.getFirst())));
                index().settle();
                yield List.of();
            }
            case "fail" -> {
                index().settle();
                disk.strikeAt(
                        Long.parseLong(arguments.getFirst()), Fault.valueOf(arguments.get(1)));
                yield List.of();
            }
            default -> throw new IllegalArgumentException("no command " + command);
        };
    }

    private List<String> options(List<String> arguments) {
        for (String argument : arguments) {
            String name = argument.substring(0, argument.indexOf('='));
            int value = Integer.parseInt(argument.substring(argument.indexOf('=') + 1));
            options =
                    IndexOptions.DEFAULT
                            .withQueue(
                                    name.equals("documents") ? value : options.queueDocumentsMax(),
                                    options.queueBytesMax())
                            .withBuilderBytesMax(
                                    name.equals("builder") ? value : options.builderBytesMax())
                            .withPrepareDeadline(options.prepareDeadline())
                            .withKeptCommits(name.equals("kept") ? value : options.keptCommits())
                            .withUnpublished(
                                    name.equals("unpublished") ? value : options.unpublishedMax(),
                                    options.unpublishedBytesMax())
                            .withRejects(
                                    name.equals("rejects")
                                            ? IndexScenario.rejects(value)
                                            : options.rejects())
                            .withMerges(options.merges());
        }
        return List.of();
    }

    private String admission(List<String> words) {
        List<Step> steps = new ArrayList<>();
        for (String word : words) {
            String rest = word.substring(1);
            steps.add(
                    switch (word.charAt(0)) {
                        case '-' -> new Step.Remove(rest);
                        case '!' -> new Step.Bad(rest);
                        case '?' -> new Step.Garbage(rest);
                        case '*' -> new Step.Clear();
                        case '~' -> {
                            int equals = rest.indexOf('=');
                            yield new Step.Edit(
                                    rest.substring(0, equals),
                                    Long.parseLong(rest.substring(equals + 1)));
                        }
                        default -> {
                            int equals = word.indexOf('=');
                            yield new Step.Put(
                                    word.substring(0, equals),
                                    Long.parseLong(word.substring(equals + 1)));
                        }
                    });
        }
        return switch (scenario().offer(index(), steps)) {
            case Admission.Accepted(int changes) ->
                    "accepted " + changes + ", now at " + index().writer().accepted();
            // How much is queued depends on how far the lane is.
            case Admission.QueueFull _ -> "queue full, still at " + index().writer().accepted();
        };
    }

    private List<String> skip(long positions) {
        index().writer().add(IndexScenario.skip(index().writer().accepted(), positions));
        return List.of("now at " + index().writer().accepted());
    }

    private List<String> close(List<String> arguments) {
        if (arguments.isEmpty()) {
            prepared().close();
            return List.of("back at " + index().writer().accepted());
        }
        Objects.requireNonNull(snapshots.remove(arguments.getFirst())).close();
        return List.of();
    }

    private List<String> get(String key) {
        Map<String, Long> shown = shown(List.of());
        return List.of(shown.containsKey(key) ? key + "=" + shown.get(key) : "nothing");
    }

    private Map<String, Long> shown(List<String> arguments) {
        return arguments.isEmpty()
                ? IndexScenario.documents(index())
                : IndexScenario.documents(
                        Objects.requireNonNull(snapshots.get(arguments.getFirst())));
    }

    /// In the order of the commit record, not of random names.
    private List<String> files() throws IOException {
        index().settle();
        index().record().contentFiles().forEach(this::nameUlids);
        return disk.list().stream().map(this::nameUlids).sorted().toList();
    }

    private List<String> record() {
        List<String> lines = new ArrayList<>();
        CommitRecordBody.toValue(index().record())
                .members()
                .forEach((name, value) -> {
                    if (!name.equals("schema") && !name.equals("events")) {
                        lines.add(name + ": " + value);
                    }
                });
        return lines;
    }

    private List<String> status() {
        IndexWriter.Pending pending = index().writer().pending();
        return List.of(
                index().state().toString(),
                "committed " + index().writer().committed(),
                "accepted " + index().writer().accepted(),
                "pending changes " + pending.changes());
    }

    private List<String> events(List<String> arguments) {
        long after = arguments.isEmpty() ? 0 : Long.parseLong(arguments.getFirst());
        return index().eventsAfter(after, 100).stream()
                .map(event ->
                        event.isResync()
                                ? event.id() + " " + event.data()
                                : event.id()
                                        + " documents="
                                        + event.data().get("documents")
                                        + " segments="
                                        + event.data().get("segments"))
                .toList();
    }

    /// Nothing is waited for that cannot come.
    private Duration patience() {
        return pauses.isEmpty() ? Duration.ofSeconds(60) : Duration.ZERO;
    }

    /// A merge holds its inputs for a moment after it is published.
    private String merged(boolean done) {
        return done && index().waitForMerges(patience())
                ? describe(index().newestCommit())
                : "not done";
    }

    private List<String> merges() {
        index().settle();
        MergeStatus status = index().merges();
        return List.of(
                "running %d, paused %d, waiting: %s, held back: %s"
                        .formatted(
                                status.running().size(),
                                status.pauseCount(),
                                status.waiting().isEmpty() ? "for nothing" : status.waiting(),
                                status.heldBack()));
    }

    private static String published(Optional<CommitPoint> point) {
        return point.map(ScriptRunner::describe).orElse("nothing to publish");
    }

    private static String describe(CommitPoint point) {
        return "generation %d %s, content of %d, %d documents in %d segments at %s"
                .formatted(
                        point.generation(),
                        point.kind(),
                        point.contentGeneration(),
                        point.documentCount(),
                        point.segmentCount(),
                        point.checkpoint());
    }

    private static String describe(StoredReject stored) {
        Origin origin = stored.reject().origin();
        return "generation %d #%d %s %s key=%s: %s"
                .formatted(
                        stored.generation(),
                        stored.ordinal(),
                        stored.reject().stage().label(),
                        origin,
                        origin.key() == null
                                ? "none"
                                : new String(origin.key(), StandardCharsets.UTF_8),
                        stored.reject().reason());
    }

    private String nameUlids(String text) {
        Matcher matcher = ULID.matcher(text);
        StringBuilder named = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(
                    named, ulids.computeIfAbsent(matcher.group(), _ -> "#" + (ulids.size() + 1)));
        }
        return SIZE.matcher(matcher.appendTail(named)).replaceAll("$1…");
    }

    private IndexScenario scenario() {
        if (scenario == null) {
            scenario = new IndexScenario(clock, 1, options);
        }
        return scenario;
    }

    private Index index() {
        if (index == null) {
            index = scenario().openOrCreate(disk);
        }
        return index;
    }

    private PreparedCommit prepared() {
        return Objects.requireNonNull(prepared, "nothing was prepared");
    }

    private void stop() {
        snapshots.values().forEach(IndexSnapshot::close);
        snapshots.clear();
        pauses.clear();
        index().close();
        index = null;
        prepared = null;
    }

    @Override
    public void close() throws IOException {
        stop();
        if (disk.openMaps() != 0) {
            throw new IOException(disk.openMaps() + " maps are still open");
        }
    }
}
