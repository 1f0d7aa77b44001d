/// The root holds one type, the five kinds of failure. Read the packages in flow order: document,
/// json, change, catalog, source, pipeline, index, merge, segment, directory, search, publish,
/// rest, node.
@NullMarked
package io.millrace;

import org.jspecify.annotations.NullMarked;
