package io.millrace.node;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;

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

    /// Where backups asked for over HTTP are written. On the store of the data folder they are
    /// links.
    @WithDefault("backups")
    Path backupsDir();

    /// Where the files lie that file sources read; definitions name them from here on.
    @WithDefault("files")
    Path filesDir();

    /// Where the files lie that hold passwords and certificates; sources name them from here on.
    @WithDefault("secrets")
    Path secretsDir();

    Indexing indexing();

    Merges merges();

    Leases leases();

    Search search();

    Pipeline pipeline();

    Push push();

    Kafka kafka();

    Publish publish();

    Disk disk();

    /// The file store that the data folder is on.
    interface Disk {

        /// With fewer usable bytes than this, sources rest; 0 for never.
        @WithDefault("1073741824")
        long freeMin();
    }

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

        /// Commit records kept because their events are not acknowledged; beyond, all of them but
        /// the newest collapse into one event.
        @WithDefault("100000")
        int unpublishedMax();

        /// What kept commit records and rejects take for the same reason, in bytes.
        @WithDefault("4294967296")
        long unpublishedBytesMax();

        /// Generations behind `kept-commits` that are kept for their rejects alone.
        @WithDefault("10000")
        int keptRejectsGenerationsMax();

        /// What these take, in bytes.
        @WithDefault("1073741824")
        long keptRejectsBytesMax();

        /// And how long they are kept.
        @WithDefault("7d")
        Duration keptRejectsAgeMax();

        /// Workers of an index at most; as many as cores, at most 4, when left out.
        OptionalInt lanes();

        /// What all segment builders of the process take, in bytes; a quarter of the heap when left
        /// out.
        OptionalLong memoryBytesMax();

        /// A worker without work for so long gives up its memory.
        @WithDefault("60s")
        Duration idleAfter();
    }

    /// How segments are merged.
    interface Merges {

        /// Merge without being asked.
        @WithDefault("true")
        boolean background();

        /// Merges at once in the whole process.
        @WithDefault("2")
        int runningMax();

        /// Merges at once of one index.
        @WithDefault("2")
        int runningPerIndexMax();

        /// What all merges of one index write together; 0 for no bound.
        @WithDefault("0")
        long bytesPerSecond();

        /// Bytes that stay free beside what a merge may need.
        @WithDefault("268435456")
        long reserveBytes();

        /// How long the inputs of a merge that failed are left alone, doubling from the least to
        /// the most.
        @WithDefault("30s")
        Duration backOffMin();

        @WithDefault("30m")
        Duration backOffMax();

        /// Segments of one size that may stand side by side.
        @WithDefault("10")
        int segmentsPerTier();

        /// Inputs of one merge; not above segments-per-tier.
        @WithDefault("10")
        int inputsMax();

        /// No merge makes a larger segment, unless it is asked for.
        @WithDefault("5368709120")
        long segmentBytesMax();

        /// Above this much of its documents, in percent, a segment is rewritten on its own.
        @WithDefault("25")
        int deletedPercentMax();
    }

    /// What readers may pin in one index.
    interface Leases {

        /// Leases at once.
        @WithDefault("500")
        int countMax();

        /// Bytes of segments that nothing but leases and kept generations hold.
        @WithDefault("17179869184")
        long pinnedBytesMax();

        /// Generations behind the newest one that stay readable by number.
        @WithDefault("0")
        int keptGenerations();
    }

    /// How searches are run.
    interface Search {

        /// How long one may take that does not say so itself.
        @WithDefault("10s")
        Duration timeout();

        /// Bitmaps and hits of one at once, in bytes.
        @WithDefault("67108864")
        long memoryBytesMax();

        /// Answers that are kept in case the same is asked again, in bytes; 0 for none.
        @WithDefault("16777216")
        long cacheBytesMax();

        /// Searches at once; as many as cores when left out.
        OptionalInt threads();

        /// Searches that wait for a thread; beyond, 503.
        @WithDefault("256")
        int waitingMax();
    }

    /// How each index is kept going.
    interface Pipeline {

        /// The wait before a failed step is tried again, doubling from the least to the most.
        @WithDefault("100ms")
        Duration backOffMin();

        @WithDefault("30s")
        Duration backOffMax();

        /// How long `POST …/commit` waits.
        @WithDefault("30s")
        Duration commitTimeout();

        /// How long a stopping node waits for the last commits of all indexes.
        @WithDefault("20s")
        Duration stopTimeout();

        /// How long the deletion of an index waits until its last event is acknowledged.
        @WithDefault("30s")
        Duration deleteWait();

        /// Rejects above which reading a source rests, in percent of the last records.
        @WithDefault("10")
        int rejectsMaxPercent();

        /// The records that count for that.
        @WithDefault("1000")
        int rejectWindow();

        /// How long reading rests, doubling from the least to the most.
        @WithDefault("30s")
        Duration rejectRestMin();

        @WithDefault("10m")
        Duration rejectRestMax();

        /// The least time between two commits that somebody waits for.
        @WithDefault("50ms")
        Duration awaitedCommitGap();

        /// Requests that may wait with `atLeast` for one index.
        @WithDefault("10000")
        int commitWaitersMax();
    }

    /// How topics are read.
    interface Kafka {

        /// A record with a larger value is a dead letter, unread.
        @WithDefault("16777216")
        int valueBytesMax();

        /// What a broker may send at once, in bytes: roughly what the client of one index holds.
        @WithDefault("16777216")
        int fetchBytesMax();

        /// How long a question to the cluster may take.
        @WithDefault("10s")
        Duration requestTimeout();
    }

    /// How events and dead letters are sent.
    interface Publish {

        /// The wait before sending is tried again, doubling from the least to the most.
        @WithDefault("100ms")
        Duration backOffMin();

        @WithDefault("30s")
        Duration backOffMax();

        /// How long a stopping index waits for its last events.
        @WithDefault("3s")
        Duration drainTimeout();

        /// Dead letters of one index under way at once.
        @WithDefault("64")
        int deadLetterWindow();
    }

    /// Bounds of documents pushed over HTTP.
    interface Push {

        /// Bytes of one request; at most 64 MiB, which the HTTP server allows.
        @WithDefault("33554432")
        int bodyBytesMax();

        /// Lines of one request.
        @WithDefault("100000")
        int bodyLinesMax();

        /// Bytes of all requests that are being read, together.
        @WithDefault("134217728")
        long readingBytesMax();

        /// Changes of one index that are accepted and not with its writer yet.
        @WithDefault("100000")
        int queueChangesMax();

        /// Bytes of those changes.
        @WithDefault("67108864")
        long queueBytesMax();
    }
}
