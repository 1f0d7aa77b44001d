package io.millrace.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.index.IndexEvent;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventStreamTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir Path folder;

    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final EventStream stream = new EventStream(workers, 2);

    @AfterEach
    void stop() {
        stream.close();
        workers.close();
    }

    @Test
    void liveReaderGetsWhatIsPublishedFromNowOn() throws Exception {
        try (CommittedIndex index = new CommittedIndex(folder, 10)) {
            index.commit(0);
            AssertSubscriber<IndexEvent> reader =
                    stream.live(index.index())
                            .subscribe()
                            .withSubscriber(AssertSubscriber.create(10));

            index.commit(0);
            index.commit(0);

            reader.awaitItems(2, SOON);
            assertEquals(List.of(3L, 4L), generations(reader));
        }
    }

    @Test
    void readerFromAGenerationGetsTheOnesInBetweenFirst() throws Exception {
        try (CommittedIndex index = new CommittedIndex(folder, 10)) {
            index.commit(0);
            index.commit(0);
            AssertSubscriber<IndexEvent> reader =
                    stream.after(index.index(), 1)
                            .subscribe()
                            .withSubscriber(AssertSubscriber.create(10));

            index.commit(0);

            reader.awaitItems(3, SOON);
            assertEquals(List.of(2L, 3L, 4L), generations(reader));
        }
    }

    @Test
    void nothingIsSentUnasked() throws Exception {
        try (CommittedIndex index = new CommittedIndex(folder, 10)) {
            AssertSubscriber<IndexEvent> reader =
                    stream.after(index.index(), 0)
                            .subscribe()
                            .withSubscriber(AssertSubscriber.create(1));
            index.commit(0);
            reader.awaitItems(1, SOON);

            reader.request(1);

            reader.awaitItems(2, SOON);
            assertEquals(List.of(1L, 2L), generations(reader));
        }
    }

    @Test
    void readerThatFallsBehindWhatIsKeptIsToldToStartOver() throws Exception {
        try (CommittedIndex index = new CommittedIndex(folder, 2)) {
            AssertSubscriber<IndexEvent> reader =
                    stream.after(index.index(), 0)
                            .subscribe()
                            .withSubscriber(AssertSubscriber.create(1));
            reader.awaitItems(1, SOON);
            for (int i = 0; i < 10; i++) {
                index.commit(0);
                index.index().markPublished(index.index().newestCommit().generation());
            }

            reader.request(5);

            reader.awaitItems(5, SOON);
            assertEquals(List.of(1L, 8L, 9L, 10L, 11L), generations(reader));
            assertEquals(
                    List.of(false, true, false, false, false),
                    reader.getItems().stream().map(IndexEvent::isResync).toList());
            assertEquals(1, reader.getItems().get(1).previousGeneration());
        }
    }

    @Test
    void tooManyReadersAreRefusedAndCancelledOnesMakeRoom() throws Exception {
        try (CommittedIndex index = new CommittedIndex(folder, 2)) {
            AssertSubscriber<IndexEvent> first = live(index);
            AssertSubscriber<IndexEvent> second = live(index);
            live(index).awaitFailure(SOON);

            first.cancel();
            AssertSubscriber<IndexEvent> fourth = live(index);
            index.commit(0);

            second.awaitItems(1, SOON);
            fourth.awaitItems(1, SOON);
            assertTrue(first.getItems().isEmpty());
        }
    }

    @Test
    void readerOfAnIndexThatIsClosedGetsTheRestAndTheEnd() throws Exception {
        try (CommittedIndex index = new CommittedIndex(folder, 10)) {
            AssertSubscriber<IndexEvent> waiting = live(index);
            AssertSubscriber<IndexEvent> slow =
                    stream.after(index.index(), 0)
                            .subscribe()
                            .withSubscriber(AssertSubscriber.create(1));
            index.commit(0);
            waiting.awaitItems(1, SOON);
            slow.awaitItems(1, SOON);

            index.index().close();

            waiting.awaitFailure(SOON)
                    .assertFailedWith(
                            MillraceException.Unavailable.class,
                            "incarnation 00000000000000aa of index letters ended with generation 2");
            slow.request(2);
            slow.awaitFailure(SOON);
            assertEquals(List.of(1L, 2L), generations(slow));
        }
    }

    @Test
    void readerThatComesAfterTheIndexWasClosedIsEnded() throws Exception {
        try (CommittedIndex index = new CommittedIndex(folder, 10)) {
            index.index().close();

            live(index)
                    .awaitFailure(SOON)
                    .assertFailedWith(MillraceException.Unavailable.class, "connect again");
        }
    }

    @Test
    void closingCompletesEveryReader() throws Exception {
        try (CommittedIndex index = new CommittedIndex(folder, 2)) {
            AssertSubscriber<IndexEvent> reader = live(index);

            stream.close();

            reader.awaitCompletion(SOON);
        }
    }

    private AssertSubscriber<IndexEvent> live(CommittedIndex index) {
        return stream.live(index.index()).subscribe().withSubscriber(AssertSubscriber.create(10));
    }

    private static List<Long> generations(AssertSubscriber<IndexEvent> reader) {
        return reader.getItems().stream().map(IndexEvent::generation).toList();
    }
}
