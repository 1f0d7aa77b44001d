package io.millrace.publish;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Value;
import io.millrace.index.MergeEvent;
import io.millrace.json.Json;
import io.millrace.testing.Awaiting;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitRelayTest {
    private static final RelayOptions OPTIONS =
            new RelayOptions(
                    Duration.ofMillis(10),
                    Duration.ofMillis(50),
                    Duration.ofSeconds(30),
                    Duration.ofMillis(500),
                    2);

    @TempDir Path folder;

    /// Keeps what it is given; refuses while told to.
    private static final class Broker implements RecordSender {
        final List<OutgoingRecord> records = new CopyOnWriteArrayList<>();
        volatile boolean down;
        volatile int refused;

        @Override
        public CompletionStage<Void> send(OutgoingRecord record) {
            if (down) {
                refused++;
                return CompletableFuture.failedFuture(new IllegalStateException("no broker"));
            }
            records.add(record);
            return CompletableFuture.completedFuture(null);
        }

        List<OutgoingRecord> merges(String phase) {
            return records.stream()
                    .filter(record -> phase.equals(headers(record).get("ce_phase")))
                    .toList();
        }

        List<String> generations() {
            return records.stream()
                    .filter(record -> record.topic() == Topic.COMMITS)
                    .map(record -> headers(record).get("ce_generation"))
                    .toList();
        }
    }

    @Test
    void everyGenerationIsAnnouncedInOrderFromTheFirst() throws Exception {
        Broker broker = new Broker();
        try (CommittedIndex index = new CommittedIndex(folder, 10);
                AutoCloseable relay = attach(broker, index)) {
            index.commit(0);
            index.commit(0);

            Awaiting.that("all is published", () -> index.index().publishedThrough() == 3);

            assertEquals(List.of("1", "2", "3"), broker.generations());
            OutgoingRecord last = broker.records.getLast();
            Map<String, String> headers = headers(last);
            assertEquals("letters", last.key());
            assertEquals("letters:00000000000000aa:3:0", headers.get("ce_id"));
            assertEquals("/indexes/letters", headers.get("ce_source"));
            assertEquals("io.millrace.commit.v1", headers.get("ce_type"));
            assertEquals("1.0", headers.get("ce_specversion"));
            assertEquals("2", headers.get("ce_previousgeneration"));
            assertEquals("application/json", headers.get("content-type"));
            assertTrue(headers.containsKey("ce_time"));
            assertTrue(text(last.value()).contains("\"positions\":{\"letters\":{\"0\":2}}"));
            assertTrue(relay != null);
        }
    }

    @Test
    void deadLettersOfAGenerationComeBeforeItsEvent() throws Exception {
        Broker broker = new Broker();
        try (CommittedIndex index = new CommittedIndex(folder, 10)) {
            index.commit(5);
            try (AutoCloseable _ = attach(broker, index)) {
                Awaiting.that("all is published", () -> index.index().publishedThrough() == 2);
            }
        }

        assertEquals(
                List.of(
                        Topic.COMMITS,
                        Topic.DEAD_LETTERS,
                        Topic.DEAD_LETTERS,
                        Topic.DEAD_LETTERS,
                        Topic.DEAD_LETTERS,
                        Topic.DEAD_LETTERS,
                        Topic.COMMITS),
                broker.records.stream().map(OutgoingRecord::topic).toList());
        OutgoingRecord letter = broker.records.get(1);
        Map<String, String> headers = headers(letter);
        assertEquals("{oops", text(letter.value()));
        assertEquals("letters", letter.key());
        assertEquals("key", headers.get("dead-letter-key"));
        assertEquals("decode", headers.get("dead-letter-stage"));
        assertEquals("not JSON", headers.get("dead-letter-reason"));
        assertEquals("letters", headers.get("dead-letter-topic"));
        assertEquals("0", headers.get("dead-letter-partition"));
        assertEquals("1", headers.get("dead-letter-offset"));
        assertEquals("letters:00000000000000aa:2:reject:0", headers.get("dead-letter-id"));
    }

    @Test
    void withoutABrokerCommitsGoOnAndNothingIsLost() throws Exception {
        Broker broker = new Broker();
        broker.down = true;
        try (CommittedIndex index = new CommittedIndex(folder, 3);
                AutoCloseable _ = attach(broker, index)) {
            for (int i = 0; i < 10; i++) {
                index.commit(0);
            }
            Awaiting.that("sending is tried again", () -> broker.refused > 2);
            assertEquals(11, index.index().newestCommit().generation());
            assertEquals(0, index.index().publishedThrough());

            broker.down = false;

            Awaiting.that("all is published", () -> index.index().publishedThrough() == 11);
            assertEquals(
                    List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"),
                    broker.generations());
        }
    }

    @Test
    void moreThanIsKeptWithoutABrokerIsToldAsOneResync() throws Exception {
        Broker broker = new Broker();
        broker.down = true;
        try (CommittedIndex index = new CommittedIndex(folder, 2, 4);
                AutoCloseable _ = attach(broker, index)) {
            for (int i = 0; i < 8; i++) {
                index.commit(1);
            }
            int refused = broker.refused;
            Awaiting.that("sending is tried again", () -> broker.refused > refused + 1);

            broker.down = false;

            Awaiting.that("all is published", () -> index.index().publishedThrough() == 9);
            index.commit(0);
            Awaiting.that("it goes on", () -> index.index().publishedThrough() == 10);
        }
        List<Map<String, String>> commits =
                broker.records.stream()
                        .filter(record -> record.topic() == Topic.COMMITS)
                        .map(CommitRelayTest::headers)
                        .toList();
        Map<String, String> resync = commits.getFirst();
        assertEquals("io.millrace.resync.v1", resync.get("ce_type"));
        assertEquals("0", resync.get("ce_previousgeneration"));
        long through = Long.parseLong(requireNonNull(resync.get("ce_generation")));
        assertEquals("letters:00000000000000aa:%d:resync".formatted(through), resync.get("ce_id"));
        assertTrue(through >= 5, "at most four wait");
        // What the resync stands for can be read, and is not sent.
        assertEquals(
                LongStream.rangeClosed(through + 1, 9).mapToObj(Long::toString).toList(),
                broker.records.stream()
                        .filter(record -> record.topic() == Topic.DEAD_LETTERS)
                        .map(record -> headers(record).get("dead-letter-generation"))
                        .toList());
        assertEquals(
                LongStream.rangeClosed(through, 10).mapToObj(Long::toString).toList(),
                broker.generations());
        assertTrue(
                commits.stream()
                        .skip(1)
                        .allMatch(event -> "io.millrace.commit.v1".equals(event.get("ce_type"))));
    }

    @Test
    void generationOfManyRejectsGetsThroughWindowByWindow() throws Exception {
        List<String> ids = new CopyOnWriteArrayList<>();
        AtomicInteger sends = new AtomicInteger();
        RecordSender shaky =
                record -> {
                    ids.add(headers(record).getOrDefault("dead-letter-id", "event"));
                    return sends.incrementAndGet() % 5 == 0
                            ? CompletableFuture.failedFuture(new IllegalStateException("lost"))
                            : CompletableFuture.completedFuture(null);
                };
        try (CommittedIndex index = new CommittedIndex(folder, 3);
                AutoCloseable _ = attach(shaky, index)) {
            index.commit(20);

            Awaiting.that("all is published", () -> index.index().publishedThrough() == 2);
        }

        assertEquals(20, ids.stream().filter(id -> !id.equals("event")).distinct().count());
        // One window of two is repeated after each failure, not the whole generation.
        assertTrue(ids.size() < 40, ids.toString());
    }

    @Test
    void mergeIsToldFromItsPlanToTheGenerationThatHoldsIt() throws Exception {
        Broker broker = new Broker();
        try (CommittedIndex index = new CommittedIndex(folder, 10);
                AutoCloseable _ = attach(broker, index)) {
            index.commit(0);
            index.commit(0);

            assertTrue(index.index().forceMerge(1, Duration.ofSeconds(30)));
            Awaiting.that("it is told to the end", () -> broker.merges("finished").size() == 1);

            assertEquals(4, index.index().newestCommit().generation());
            assertEquals(List.of("1", "2", "3", "4"), broker.generations());
        }
        List<OutgoingRecord> told =
                broker.records.stream()
                        .filter(record -> record.topic() != Topic.DEAD_LETTERS)
                        .filter(record ->
                                record.topic() == Topic.MERGES
                                        || "4".equals(headers(record).get("ce_generation")))
                        .toList();
        assertEquals(
                List.of(Topic.MERGES, Topic.MERGES, Topic.COMMITS, Topic.MERGES),
                told.stream().map(OutgoingRecord::topic).toList());
        assertEquals("planned", headers(told.get(0)).get("ce_phase"));
        assertEquals("started", headers(told.get(1)).get("ce_phase"));
        OutgoingRecord finished = told.get(3);
        Map<String, String> headers = headers(finished);
        assertEquals("letters", finished.key());
        assertEquals("io.millrace.merge.v1", headers.get("ce_type"));
        assertEquals("/indexes/letters", headers.get("ce_source"));
        assertEquals("4", headers.get("ce_generation"));
        assertTrue(headers.containsKey("ce_time"));
        Value.Obj merge = (Value.Obj) Json.parse(requireNonNull(finished.value()));
        assertEquals(
                "letters:00000000000000aa:%s:finished".formatted(merge.get("id")),
                headers.get("ce_id"));
        assertEquals(
                ((Value.Obj) Json.parse(requireNonNull(told.get(2).value()))).get("merge"), merge);
    }

    @Test
    void mergeEventsThatNobodyTakesAreDroppedAndCounted() throws Exception {
        Broker broker = new Broker();
        RecordSender withoutMerges =
                record ->
                        record.topic() == Topic.MERGES
                                ? CompletableFuture.failedFuture(
                                        new IllegalStateException("no such topic"))
                                : broker.send(record);
        CommitRelay relay = new CommitRelay(withoutMerges, OPTIONS, CommittedIndex.RESOURCES);
        try (CommittedIndex index = new CommittedIndex(folder, 10);
                AutoCloseable _ = relay.attach(index.index())) {
            index.commit(0);
            index.commit(0);

            assertTrue(index.index().forceMerge(1, Duration.ofSeconds(30)));

            Awaiting.that("all is published", () -> index.index().publishedThrough() == 4);
            Awaiting.that("all three are counted", () -> relay.droppedMergeEvents() == 3);
            assertEquals(List.of("1", "2", "3", "4"), broker.generations());
        }
    }

    @Test
    void mergeEventsThatAreNeverAnsweredAreBounded() {
        List<OutgoingRecord> sent = new CopyOnWriteArrayList<>();
        RecordSender silent =
                record -> {
                    sent.add(record);
                    return new CompletableFuture<>();
                };
        LongAdder dropped = new LongAdder();
        MergeProgress progress = new MergeProgress("letters", silent, dropped);

        for (int i = 0; i < MergeProgress.UNDER_WAY_MAX + 5; i++) {
            progress.tell(
                    new MergeEvent(
                            "letters:aa:m:planned",
                            "letters",
                            "aa",
                            "m",
                            MergeEvent.Phase.PLANNED,
                            0,
                            Value.Obj.EMPTY));
            progress.sendWaiting();
        }

        assertEquals(MergeProgress.UNDER_WAY_MAX, sent.size());
        assertEquals(5, dropped.sum());
    }

    @Test
    void closingWithoutABrokerIsBounded() throws Exception {
        Broker broker = new Broker();
        broker.down = true;
        try (CommittedIndex index = new CommittedIndex(folder, 3)) {
            AutoCloseable relay = attach(broker, index);
            index.commit(0);
            long started = System.nanoTime();

            relay.close();

            assertTrue(System.nanoTime() - started < Duration.ofSeconds(5).toNanos());
            assertEquals(0, index.index().publishedThrough());
        }
    }

    @Test
    void unansweredGenerationHoldsBackTheNext() throws Exception {
        List<CompletableFuture<Void>> answers = new CopyOnWriteArrayList<>();
        RecordSender silent =
                _ -> {
                    CompletableFuture<Void> answer = new CompletableFuture<>();
                    answers.add(answer);
                    return answer;
                };
        try (CommittedIndex index = new CommittedIndex(folder, 3);
                AutoCloseable _ =
                        new CommitRelay(silent, OPTIONS, CommittedIndex.RESOURCES)
                                .attach(index.index())) {
            index.commit(0);
            Awaiting.that("the first is sent", () -> answers.size() == 1);
            assertEquals(0, index.index().publishedThrough());

            answers.getFirst().complete(null);

            Awaiting.that("the second is sent", () -> answers.size() == 2);
            assertEquals(1, index.index().publishedThrough());
            answers.getLast().complete(null);
            Awaiting.that("both are published", () -> index.index().publishedThrough() == 2);
        }
    }

    private static AutoCloseable attach(RecordSender sender, CommittedIndex index) {
        return new CommitRelay(sender, OPTIONS, CommittedIndex.RESOURCES).attach(index.index());
    }

    private static Map<String, String> headers(OutgoingRecord record) {
        Map<String, String> headers = new HashMap<>();
        record.headers().forEach(header -> headers.put(header.name(), text(header.value())));
        return headers;
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }
}
