/// Files as sources: [FileChangeSource] reads one from its first line on and follows its growth.
///
/// - Enters: lines of NDJSON or CSV. Leaves: batches, on demand; a bad line is a reject with its
///   bytes.
/// - Threads: one reader thread a subscription (`file-<index>`).
/// - Invariant: a position is the offset of the next line, with a check of the bytes before it, so
///   that a file that was changed where it was read is noticed.
@NullMarked
package io.millrace.source.file;

import org.jspecify.annotations.NullMarked;
