/// The composition root: reads the configuration, builds the parts, starts and stops them in order,
/// reports health. The only package that knows wall clocks and that may import every other one.
///
/// - Order of start: directories, catalog, indexes, relays; of stop: the reverse, so that the last
///   commit still finds its relay.
@NullMarked
package io.millrace.node;

import org.jspecify.annotations.NullMarked;
