package io.millrace.node;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/// Settings of this node, `millrace.*`. Those of dev mode stand in `dev-services.properties`.
@ConfigMapping(prefix = "millrace")
interface NodeConfig {

    /// Where indexes and definitions put over HTTP are kept.
    @WithDefault("data")
    Path dataDir();

    /// Where definition files are read from at start; they are read-only over HTTP. A missing
    /// folder holds no definitions.
    @WithDefault("definitions")
    Path definitionsDir();

    Indexing indexing();

    /// Bounds of each index.
    interface Indexing {

        /// Changes that wait for a lane.
        @WithDefault("10000")
        int queueDocumentsMax();

        /// Bytes of the changes that wait for a lane.
        @WithDefault("67108864")
        long queueBytesMax();

        /// A segment builder above this many bytes becomes a segment at once.
        @WithDefault("67108864")
        long builderBytesMax();

        /// How long a commit may take to prepare.
        @WithDefault("60s")
        Duration prepareDeadline();

        /// Commit records kept behind the newest one.
        @WithDefault("100")
        int keptCommits();
    }
}
