package io.millrace.node.dev;

import org.jspecify.annotations.Nullable;

/// One record of the sample feed: UTF-8 text on the wire.
///
/// @param value JSON text, null for a tombstone
public record FeedRecord(String key, @Nullable String value) {}
