/// Where changes come from: [ChangeSource], with one sub-package a kind of source.
///
/// - Enters: records of a foreign system. Leaves: [io.millrace.change.ChangeBatch]es, on demand.
/// - Threads: a source reads on its own thread; demand reaches it through the `Multi`.
@NullMarked
package io.millrace.source;

import org.jspecify.annotations.NullMarked;
