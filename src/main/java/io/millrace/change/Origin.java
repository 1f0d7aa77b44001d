package io.millrace.change;

import org.jspecify.annotations.Nullable;

/// Where a change came from, with the bytes as they came: what a reject must keep.
///
/// - position: Kafka offset of the record, or commit LSN
/// - timestampMillis: the source's own clock, milliseconds since 1970, below 0 where it gave none
/// - key, value: the source's bytes, null where it sent none; never written to
public record Origin(
        SourcePartition partition,
        long position,
        long timestampMillis,
        byte @Nullable [] key,
        byte @Nullable [] value) {

    public int sizeBytes() {
        return (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    }

    @Override
    public String toString() {
        return partition + "@" + position;
    }
}
