/// HTTP: resources, wire records, problem+json (RFC 9457), server-sent events.
///
/// - Enters: requests; bodies are read by `json`, so that every refusal names its place. Leaves:
///   [Wire] records, written as JSON in one place.
/// - Threads: everything that touches the engine runs on the worker pool, never on an event loop;
///   an event stream waits without a thread.
/// - Read first: [IndexesResource], [SearchResource], [Answers].
@NullMarked
package io.millrace.rest;

import org.jspecify.annotations.NullMarked;
