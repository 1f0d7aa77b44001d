package io.millrace.node.dev;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Lets the [ChinookShop] do business at an even pace, on a thread of its own.
///
/// A database that is gone is asked again every few seconds: the shop goes on where it stood.
final class ShopTraffic implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ShopTraffic.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(3);

    private final DevDatabase database;
    private final ChinookShop shop;
    private final long intervalNanos;
    private final Thread thread;

    private ShopTraffic(DevDatabase database, ChinookShop shop, double stepsPerSecond) {
        this.database = database;
        this.shop = shop;
        this.intervalNanos = (long) (TimeUnit.SECONDS.toNanos(1) / stepsPerSecond);
        this.thread = Thread.ofPlatform().name("chinook-shop").daemon().unstarted(this::run);
    }

    /// @param database one that [Chinook] is loaded into
    /// @param stepsPerSecond above 0
    static ShopTraffic start(DevDatabase database, long seed, double stepsPerSecond) {
        var traffic = new ShopTraffic(database, new ChinookShop(seed), stepsPerSecond);
        traffic.thread.start();
        return traffic;
    }

    /// The step under way ends first.
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean reachable = true;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try (var connection = database.connect()) {
                    if (!reachable) {
                        LOG.infof("sample shop: %s is back", database);
                    }
                    reachable = true;
                    keepStepping(connection);
                } catch (SQLException e) {
                    if (reachable) {
                        LOG.warnf("sample shop rests: %s: %s", database, e.getMessage());
                    }
                    reachable = false;
                    TimeUnit.NANOSECONDS.sleep(RETRY_AFTER.toNanos());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void keepStepping(Connection connection) throws SQLException, InterruptedException {
        long dueNanos = System.nanoTime();
        while (true) {
            shop.step(connection);
            // After a pause, such as a slept laptop, it does not make up for what it missed.
            dueNanos = Math.max(dueNanos + intervalNanos, System.nanoTime() - intervalNanos);
            TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
        }
    }
}
