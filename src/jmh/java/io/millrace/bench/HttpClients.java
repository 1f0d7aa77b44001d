package io.millrace.bench;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Clients that ask one server, each on a connection of its own and its next question when the last
/// one is answered.
final class HttpClients implements AutoCloseable {
    private static final long WARM_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final long COUNTED_NANOS = TimeUnit.SECONDS.toNanos(6);
    private static final int ANSWERS_MAX = 1 << 20;

    /// - p50Micros, p99Micros: from a question to the end of its answer
    record Figures(double perSecond, double p50Micros, double p99Micros) {}

    private final Vertx vertx = Vertx.vertx();
    private final int port;

    HttpClients(int port) {
        this.port = port;
    }

    /// Asks for some seconds that do not count, then for some that do.
    ///
    /// @param paths asked in turn, by each client from another one on
    Figures ask(List<String> paths, int clients) throws InterruptedException {
        HttpClient http =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setDefaultHost("localhost")
                                .setDefaultPort(port)
                                .setMaxPoolSize(clients)
                                .setKeepAlive(true));
        try {
            Round round = new Round(http, paths, clients);
            for (int i = 0; i < clients; i++) {
                int first = i * paths.size() / clients;
                vertx.runOnContext(_ -> round.ask(first));
            }
            return round.figures();
        } finally {
            http.close();
        }
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /// One load. All but [#figures] on one event loop or guarded by `this`.
    private static final class Round {
        private final HttpClient http;
        private final List<String> paths;
        private final long countedFrom = System.nanoTime() + WARM_NANOS;
        private final long countedTo = countedFrom + COUNTED_NANOS;
        private final CountDownLatch done;
        private volatile @Nullable Throwable failure;

        // Guarded by this.
        private final long[] nanos = new long[ANSWERS_MAX];
        private int answers;

        Round(HttpClient http, List<String> paths, int clients) {
            this.http = http;
            this.paths = paths;
            this.done = new CountDownLatch(clients);
        }

        void ask(int at) {
            long asked = System.nanoTime();
            if (asked >= countedTo || failure != null) {
                done.countDown();
                return;
            }
            http.request(HttpMethod.GET, paths.get(at))
                    .compose(request -> request.send())
                    .compose(response ->
                            response.body()
                                    .map(body -> {
                                        if (response.statusCode() != 200) {
                                            throw new IllegalStateException(
                                                    paths.get(at) + " answers " + body);
                                        }
                                        return body;
                                    }))
                    .onSuccess(_ -> {
                        count(asked, System.nanoTime());
                        ask((at + 1) % paths.size());
                    })
                    .onFailure(cause -> {
                        failure = cause;
                        done.countDown();
                    });
        }

        private synchronized void count(long asked, long answered) {
            if (asked >= countedFrom && answered < countedTo && answers < nanos.length) {
                nanos[answers++] = answered - asked;
            }
        }

        Figures figures() throws InterruptedException {
            done.await();
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
            synchronized (this) {
                if (answers == 0 || answers == nanos.length) {
                    throw new IllegalStateException(answers + " answers");
                }
                long[] sorted = Arrays.copyOf(nanos, answers);
                Arrays.sort(sorted);
                return new Figures(
                        answers * 1e9 / COUNTED_NANOS,
                        sorted[answers / 2] / 1e3,
                        sorted[(int) (answers * 99L / 100)] / 1e3);
            }
        }
    }
}
