/// What is indexed: the [Schema] with its [Field]s, the immutable [Document] with its binary form,
/// the [DocumentKey] that names it, and the rules that turn a JSON value into a field's value
/// ([Coercion]).
///
/// - Enters: values from `json`, definitions from `catalog`. Leaves: documents and keys, to
///   everybody.
/// - Threads: every type is immutable, except [DocumentWriter] and [DocumentCursor], which are
///   confined to one thread.
/// - Read first: [Value], [Document], [Schema].
@NullMarked
package io.millrace.document;

import org.jspecify.annotations.NullMarked;
