package io.millrace.segment;

/// The terms of each document of one field, as the segment will hold them.
///
/// - starts: the terms of document d stand at starts[d] up to starts[d + 1]; documentCount + 1
///   entries
/// - ordinals: of the field's sorted terms, rising and distinct within a document
/// - frequencies: how often each stands in its document; empty for fields that are not text
/// - termCount: every ordinal below it occurs
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record ForwardIndex(int[] starts, int[] ordinals, int[] frequencies, int termCount) {
    static final int[] NO_FREQUENCIES = {};

    int documentCount() {
        return starts.length - 1;
    }

    boolean hasFrequencies() {
        return frequencies.length > 0;
    }
}
