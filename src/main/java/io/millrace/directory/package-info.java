/// Bytes and durability: the only place that touches files. [Directory] states what is visible and
/// what is durable, call by call; [MmapDirectory] is the real one.
///
/// - Enters: names and bytes. Leaves: forced files, read-only maps.
/// - Rules: files are written once, by [FileOutput], and never changed afterwards; checksums are
///   read through [FileInput], never over a map; a failed force is final ([DurabilityLost]); no
///   thread that comes here is ever interrupted.
/// - Threads: a [Directory] may be shared; an output is confined to one thread.
@NullMarked
package io.millrace.directory;

import org.jspecify.annotations.NullMarked;
