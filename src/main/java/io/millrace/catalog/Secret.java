package io.millrace.catalog;

/// Where a password is found; the definition never holds it.
public sealed interface Secret {

    /// A variable of the node's environment.
    record Variable(String name) implements Secret {}

    /// A file below the node's folder of secrets, its whole content without the line feed at its
    /// end.
    ///
    /// - path: relative, steps parted by `/`, none of them `.` or `..`
    record File(String path) implements Secret {}
}
