/// [io.millrace.document.Document] and [io.millrace.document.Value] from and to JSON and YAML; the
/// only home of Jackson.
@NullMarked
package io.millrace.json;

import org.jspecify.annotations.NullMarked;
