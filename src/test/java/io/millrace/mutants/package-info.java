/// Breaks the engine on purpose, one line at a time, and expects its tests to notice.
@NullMarked
package io.millrace.mutants;

import org.jspecify.annotations.NullMarked;
