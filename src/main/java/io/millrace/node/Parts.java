package io.millrace.node;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.DefinitionParser;
import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.index.IndexOptions;
import io.millrace.index.LeaseLimits;
import io.millrace.index.MemoryPool;
import io.millrace.index.MergeOptions;
import io.millrace.index.MergePermits;
import io.millrace.index.NodeResources;
import io.millrace.index.RejectLimits;
import io.millrace.merge.TieredMergePolicy;
import io.millrace.pipeline.Backups;
import io.millrace.pipeline.IndexHome;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.PipelineOptions;
import io.millrace.publish.CommitRelay;
import io.millrace.publish.EventStream;
import io.millrace.publish.RecordSender;
import io.millrace.publish.RelayOptions;
import io.millrace.rest.SearchThreads;
import io.millrace.search.SearchOptions;
import io.millrace.search.Searches;
import io.millrace.source.kafka.KafkaReadOptions;
import io.millrace.source.postgres.PostgresSources;
import io.millrace.source.push.PushOptions;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.Config;

/// Builds the parts of a node, each once. Nothing is started here.
final class Parts {
    private static final int EVENT_READERS_MAX = 200;

    /// `quarkus.http.limits.max-body-size`.
    private static final int HTTP_BODY_BYTES_MAX = 64 << 20;

    @Produces
    @Singleton
    NodeResources resources(NodeConfig config) {
        OptionalLong memory = config.indexing().memoryBytesMax();
        return new NodeResources(
                InstantSource.system(),
                System::nanoTime,
                RandomGenerator.of("L64X128MixRandom"),
                Thread.ofPlatform().factory(),
                memory.isPresent() ? new MemoryPool(memory.getAsLong()) : MemoryPool.ofHeap(),
                new MergePermits(config.merges().runningMax()));
    }

    @Produces
    @Singleton
    Directory data(NodeConfig config) {
        try {
            return MmapDirectory.open(config.dataDir());
        } catch (IOException e) {
            throw new UncheckedIOException("millrace.data-dir " + config.dataDir(), e);
        }
    }

    @Produces
    @Singleton
    Catalog catalog(NodeConfig config, Directory data, NodeResources resources) {
        DefinitionParser parser = new DefinitionParser(new LuceneAnalyzers());
        if (!Files.isDirectory(config.definitionsDir())) {
            return Catalog.open(data, null, parser, resources.random());
        }
        try {
            return Catalog.open(
                    data, MmapDirectory.open(config.definitionsDir()), parser, resources.random());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "millrace.definitions-dir " + config.definitionsDir(), e);
        }
    }

    @Produces
    @Singleton
    Sources sources(
            NodeConfig config,
            Config settings,
            Catalog catalog,
            PushOptions pushing,
            NodeResources resources) {
        return new Sources(
                catalog,
                new Secrets(System.getenv()::get, config.secretsDir()),
                KafkaSettings.of(settings),
                config.filesDir(),
                pushing,
                readOptions(config.kafka()),
                resources);
    }

    private static KafkaReadOptions readOptions(NodeConfig.Kafka kafka) {
        KafkaReadOptions usual = KafkaReadOptions.DEFAULT;
        return new KafkaReadOptions(
                usual.batchRecordsMax(),
                usual.batchBytesMax(),
                kafka.valueBytesMax(),
                kafka.fetchBytesMax(),
                usual.probeInterval(),
                usual.positionInterval(),
                kafka.requestTimeout());
    }

    @Produces
    @Singleton
    PostgresSources databases(Sources sources) {
        return sources.databases();
    }

    @Produces
    @Singleton
    CommitRelay relay(NodeConfig config, RecordSender sender, NodeResources resources) {
        NodeConfig.Publish publish = config.publish();
        return new CommitRelay(
                sender,
                new RelayOptions(
                        publish.backOffMin(),
                        publish.backOffMax(),
                        RelayOptions.DEFAULT.acknowledgeTimeout(),
                        publish.drainTimeout(),
                        publish.deadLetterWindow()),
                resources);
    }

    @Produces
    @Singleton
    Indexes indexes(
            NodeConfig config,
            Directory data,
            Catalog catalog,
            Sources sources,
            CommitRelay relay,
            NodeResources resources) {
        LeaseLimits limits =
                new LeaseLimits(
                        config.leases().countMax(),
                        config.leases().pinnedBytesMax(),
                        config.leases().keptGenerations());
        IndexHome home = new DirectoryIndexHome(data, indexOptions(config), resources);
        return new Indexes(
                home,
                catalog,
                sources,
                index -> {
                    index.limitLeases(limits);
                    return relay.attach(index);
                },
                pipelineOptions(config),
                resources);
    }

    @Produces
    @Singleton
    Searches searches(NodeConfig config, NodeResources resources) {
        return new Searches(
                resources.clock(),
                resources.nanoClock(),
                new SearchOptions(
                        config.search().timeout(),
                        config.search().memoryBytesMax(),
                        config.search().cacheBytesMax()));
    }

    @Produces
    @Singleton
    SearchThreads searchThreads(NodeConfig config) {
        return new SearchThreads(
                Thread.ofPlatform().name("search-", 1).daemon().factory(),
                config.search().threads().orElse(Runtime.getRuntime().availableProcessors()),
                config.search().waitingMax());
    }

    void stop(@Disposes SearchThreads threads) {
        threads.close();
    }

    @Produces
    @Singleton
    Backups backups(NodeConfig config, NodeResources resources) {
        return new BackupFolders(config.backupsDir(), resources.clock());
    }

    private static IndexOptions indexOptions(NodeConfig config) {
        NodeConfig.Indexing indexing = config.indexing();
        return IndexOptions.DEFAULT
                .withQueue(indexing.queueDocumentsMax(), indexing.queueBytesMax())
                .withBuilderBytesMax(indexing.builderBytesMax())
                .withPrepareDeadline(indexing.prepareDeadline())
                .withKeptCommits(indexing.keptCommits())
                .withUnpublished(indexing.unpublishedMax(), indexing.unpublishedBytesMax())
                .withRejects(
                        new RejectLimits(
                                indexing.keptRejectsGenerationsMax(),
                                indexing.keptRejectsBytesMax(),
                                indexing.keptRejectsAgeMax()))
                .withLanes(indexing.lanes().orElse(IndexOptions.DEFAULT.lanes()))
                .withIdleAfter(indexing.idleAfter())
                .withMerges(mergeOptions(config.merges()));
    }

    private static MergeOptions mergeOptions(NodeConfig.Merges merges) {
        TieredMergePolicy.Options usual = TieredMergePolicy.Options.DEFAULT;
        return new MergeOptions(
                merges.background(),
                new TieredMergePolicy(
                        new TieredMergePolicy.Options(
                                merges.segmentsPerTier(),
                                merges.inputsMax(),
                                merges.segmentBytesMax(),
                                usual.floorBytes(),
                                merges.deletedPercentMax(),
                                usual.reclaimWeight())),
                MergeOptions.DEFAULT.order(),
                merges.runningPerIndexMax(),
                merges.bytesPerSecond(),
                merges.reserveBytes(),
                merges.backOffMin(),
                merges.backOffMax(),
                MergeOptions.DEFAULT.stopTimeout());
    }

    @Produces
    @Singleton
    PushOptions pushOptions(NodeConfig config) {
        NodeConfig.Push push = config.push();
        if (push.bodyBytesMax() > HTTP_BODY_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "millrace.push.body-bytes-max = %d, expected at most %d: the HTTP server takes no more"
                            .formatted(push.bodyBytesMax(), HTTP_BODY_BYTES_MAX));
        }
        return PushOptions.DEFAULT
                .withBody(push.bodyBytesMax(), push.bodyLinesMax())
                .withReadingBytesMax(push.readingBytesMax())
                .withQueue(push.queueChangesMax(), push.queueBytesMax());
    }

    private static PipelineOptions pipelineOptions(NodeConfig config) {
        NodeConfig.Pipeline pipeline = config.pipeline();
        return new PipelineOptions(
                pipeline.backOffMin(),
                pipeline.backOffMax(),
                pipeline.commitTimeout(),
                pipeline.stopTimeout(),
                pipeline.deleteWait(),
                config.disk().freeMin(),
                pipeline.rejectsMaxPercent(),
                pipeline.rejectWindow(),
                pipeline.rejectRestMin(),
                pipeline.rejectRestMax(),
                pipeline.awaitedCommitGap(),
                pipeline.commitWaitersMax());
    }

    /// Events are read from disk, which blocks.
    @Produces
    @Singleton
    EventStream eventStream() {
        return new EventStream(Infrastructure.getDefaultWorkerPool(), EVENT_READERS_MAX);
    }
}
