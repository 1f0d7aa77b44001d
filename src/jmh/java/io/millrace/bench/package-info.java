/// Measurements next to the yardsticks, in groups; [io.millrace.bench.Bench] is where they start.
/// Figures count side by side in one run on one machine.
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
