/// A segment against a naive model of the same documents, against Lucene, and against damage.
@NullMarked
package io.millrace.segment;

import org.jspecify.annotations.NullMarked;
