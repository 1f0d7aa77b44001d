package io.millrace.source.push;

/// Numbers of the push sources of a node; start from [#DEFAULT].
///
/// - bodyBytesMax, bodyLinesMax: one request
/// - readingBytesMax: of all requests that are being read, together
/// - queueChangesMax, queueBytesMax: what one index accepted and its writer has not taken; a parcel
///   larger than that by itself is accepted when nothing else is queued
/// - ticketsMax: parcels of one index whose outcome is open
/// - batchChangesMax, batchBytesMax: where a batch for the writer ends, at the end of a parcel
public record PushOptions(
        int bodyBytesMax,
        int bodyLinesMax,
        long readingBytesMax,
        int queueChangesMax,
        long queueBytesMax,
        int ticketsMax,
        int batchChangesMax,
        long batchBytesMax) {
    public static final PushOptions DEFAULT =
            new PushOptions(
                    32 << 20, 100_000, 128L << 20, 100_000, 64L << 20, 10_000, 2_000, 4L << 20);

    public PushOptions {
        check("bodyBytesMax", bodyBytesMax);
        check("bodyLinesMax", bodyLinesMax);
        check("readingBytesMax", readingBytesMax);
        check("queueChangesMax", queueChangesMax);
        check("queueBytesMax", queueBytesMax);
        check("ticketsMax", ticketsMax);
        check("batchChangesMax", batchChangesMax);
        check("batchBytesMax", batchBytesMax);
    }

    private static void check(String option, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " of " + value + ", expected 1 or more");
        }
    }

    public PushOptions withBody(int bytesMax, int linesMax) {
        return new PushOptions(
                bytesMax,
                linesMax,
                readingBytesMax,
                queueChangesMax,
                queueBytesMax,
                ticketsMax,
                batchChangesMax,
                batchBytesMax);
    }

    public PushOptions withReadingBytesMax(long bytes) {
        return new PushOptions(
                bodyBytesMax,
                bodyLinesMax,
                bytes,
                queueChangesMax,
                queueBytesMax,
                ticketsMax,
                batchChangesMax,
                batchBytesMax);
    }

    public PushOptions withQueue(int changesMax, long bytesMax) {
        return new PushOptions(
                bodyBytesMax,
                bodyLinesMax,
                readingBytesMax,
                changesMax,
                bytesMax,
                ticketsMax,
                batchChangesMax,
                batchBytesMax);
    }
}
