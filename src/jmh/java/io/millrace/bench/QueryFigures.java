package io.millrace.bench;

/// What a query of one workload took, over all that were drawn.
///
/// @param cpuMicros time on the processor, mean: other processes leave it alone
/// @param allocatedBytes mean
record QueryFigures(
        double meanMicros,
        double p50Micros,
        double p99Micros,
        double cpuMicros,
        double allocatedBytes) {

    String line(String name) {
        return "%s %s %s %s %s %s"
                .formatted(name, meanMicros, p50Micros, p99Micros, cpuMicros, allocatedBytes);
    }

    static String nameOf(String line) {
        return line.split(" ")[0];
    }

    static QueryFigures of(String line) {
        String[] parts = line.split(" ");
        return new QueryFigures(
                Double.parseDouble(parts[1]),
                Double.parseDouble(parts[2]),
                Double.parseDouble(parts[3]),
                Double.parseDouble(parts[4]),
                Double.parseDouble(parts[5]));
    }

    /// Halfway between two runs.
    QueryFigures mean(QueryFigures other) {
        return new QueryFigures(
                (meanMicros + other.meanMicros) / 2,
                (p50Micros + other.p50Micros) / 2,
                (p99Micros + other.p99Micros) / 2,
                (cpuMicros + other.cpuMicros) / 2,
                (allocatedBytes + other.allocatedBytes) / 2);
    }
}
