package io.millrace.change;

/// One independently ordered part of a source: a topic's partition, or a database as partition 0.
public record SourcePartition(String stream, int partition) implements Comparable<SourcePartition> {
    @Override
    public int compareTo(SourcePartition that) {
        int byStream = stream.compareTo(that.stream);
        return byStream != 0 ? byStream : Integer.compare(partition, that.partition);
    }

    @Override
    public String toString() {
        return stream + "-" + partition;
    }
}
