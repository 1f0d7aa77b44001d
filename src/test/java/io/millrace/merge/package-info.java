/// Tests of merging.
@NullMarked
package io.millrace.merge;

import org.jspecify.annotations.NullMarked;
