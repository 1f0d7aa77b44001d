package io.millrace.bench;

import java.io.IOException;

/// Workloads that are measured together.
interface BenchGroup {

    /// What `-Dbench=` calls it.
    String name();

    /// What it measures, in a few words.
    String summary();

    /// Runs its workloads and prints one line a measure through [BenchRun#report].
    void run(BenchRun run) throws IOException, InterruptedException;
}
