package io.millrace.pipeline;

import io.millrace.index.Index;

/// Is told of every index that opens, so that what follows its commits can attach.
@FunctionalInterface
public interface IndexWatcher {

    /// Called before the first change is read. The handle is closed after the last commit and
    /// before the index closes; closing may wait a little, bounded.
    AutoCloseable opened(Index index);

    /// True when what is told is told on, and [Index#publishedThrough] follows.
    default boolean publishes() {
        return true;
    }

    static IndexWatcher none() {
        return new IndexWatcher() {
            @Override
            public AutoCloseable opened(Index index) {
                return () -> {};
            }

            @Override
            public boolean publishes() {
                return false;
            }
        };
    }
}
