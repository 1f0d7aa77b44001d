/// Topics as sources: [KafkaChangeSource] reads one topic for one index.
///
/// - Enters: records of a topic. Leaves: batches with the ranges they cover, on demand.
/// - Threads: one consumer thread a subscription (`kafka-<index>`) owns the consumer and everything
///   that decodes; nobody interrupts it, a wake-up ends it.
/// - Invariants: a position moves only together with the changes and rejects in front of it; a
///   record that cannot be read is a reject, never the end; a hole that Kafka did not make on
///   purpose (retention, truncation, a topic made anew) ends the stream with the reason.
/// - Read first: [KafkaChangeSource], [TopicReader], [RecordDecoder].
@NullMarked
package io.millrace.source.kafka;

import org.jspecify.annotations.NullMarked;
