package io.millrace.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Unavailable;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SearchThreadsTest {
    private final SearchThreads threads = new SearchThreads(Thread::new, 1, 1);
    private final CountDownLatch open = new CountDownLatch(1);

    @AfterEach
    void close() {
        open.countDown();
        threads.close();
    }

    @Test
    void whoeverGoesAwayWhileWaitingMakesRoomAndIsNeverRun() {
        UniAssertSubscriber<String> running = ask(this::awaitOpen, () -> {});
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean ran = new AtomicBoolean();
        UniAssertSubscriber<String> leaving =
                ask(
                        () -> {
                            ran.set(true);
                            return "nobody waits";
                        },
                        () -> ended.set(true));
        UniAssertSubscriber<String> refused = ask(() -> "no room", () -> {});
        assertInstanceOf(Unavailable.class, refused.awaitFailure().getFailure());

        leaving.cancel();

        assertTrue(ended.get());
        UniAssertSubscriber<String> next = ask(() -> "next", () -> {});
        open.countDown();
        assertEquals("first", running.awaitItem().getItem());
        assertEquals("next", next.awaitItem().getItem());
        assertTrue(!ran.get());
    }

    private UniAssertSubscriber<String> ask(Supplier<String> search, Runnable ended) {
        return threads.run(search, ended).subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    private String awaitOpen() {
        try {
            open.await();
            return "first";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
