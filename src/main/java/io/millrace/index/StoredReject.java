package io.millrace.index;

import io.millrace.change.Reject;

/// A reject with the generation that made it durable and its place among that generation's.
public record StoredReject(long generation, int ordinal, Reject reject) {}
