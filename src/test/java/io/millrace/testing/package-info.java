/// What tests of several packages share: the real broker, the real database, seeded random.
@NullMarked
package io.millrace.testing;

import org.jspecify.annotations.NullMarked;
