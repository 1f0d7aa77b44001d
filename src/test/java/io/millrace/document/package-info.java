/// Values through their binary forms and back, and bytes that are none of them.
@NullMarked
package io.millrace.document;

import org.jspecify.annotations.NullMarked;
