/// What dev mode brings along: a real broker and a real database as child processes, a live feed of
/// sample data, and the lines that say what runs where. Nothing here runs in production.
///
/// - Enters: `dev-services.properties`, the jars the build copied to `target/kafka-broker` and
///   `target/postgres-server`.
/// - Leaves: the system property `kafka.bootstrap.servers`, the topics `millrace.commits`,
///   `millrace.merges`, `millrace.dead-letters` and `quakes`, definitions under
///   `target/dev/definitions`.
/// - Threads: start-up and shutdown of the application, one thread `quake-feed`.
///
/// Invariants:
/// - A live reload never restarts a server; the end of the JVM always ends it.
/// - The feed is a fixed list of records, so the topic's end offset says how much of it was sent.
///
/// Read first: [io.millrace.node.dev.DevServices], then [io.millrace.node.dev.ChildServer].
@NullMarked
package io.millrace.node.dev;

import org.jspecify.annotations.NullMarked;
