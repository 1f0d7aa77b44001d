/// One immutable segment: [SegmentBuilder] collects documents in memory and writes the file,
/// [SegmentReader] opens it. One `*Layout` class draws each binary structure; writer, reader and
/// tests use it and nothing else does.
///
/// - Enters: documents and keys. Leaves: `s-<ulid>.seg` and `d-<ulid>.dv` files, bitmaps, columns,
///   postings.
/// - Threads: a builder is confined to one lane; a reader is immutable and shared.
/// - Invariant: a file is checksummed through channel reads before any byte of it is trusted.
/// - Way of a document: [DocumentAnalyzer] checks it and cuts it into terms, a [FieldBuilder] per
///   field keeps them in document order, [InvertedIndex] turns them round, `*Writer` writes them.
/// - Read first: [SegmentLayout], [SegmentBuilder], [TermsLayout].
@NullMarked
package io.millrace.segment;

import org.jspecify.annotations.NullMarked;
