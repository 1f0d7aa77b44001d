/// One immutable segment: [SegmentBuilder] collects documents in memory and writes the file,
/// [SegmentReader] opens it. One `*Layout` class draws each binary structure; writer, reader and
/// tests use it and nothing else does.
///
/// - Enters: analyzed documents. Leaves: `s-<ulid>.seg` files, bitmaps, columns, postings.
/// - Threads: a builder is confined to one lane; a reader is immutable and shared.
/// - Invariant: a segment is checksummed through channel reads before any byte of it is trusted.
@NullMarked
package io.millrace.segment;

import org.jspecify.annotations.NullMarked;
