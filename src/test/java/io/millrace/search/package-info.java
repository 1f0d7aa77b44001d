/// Tests of requests and searches: recorded refusals, a naive evaluator beside the engine, and
/// Lucene's ranking beside ours.
@NullMarked
package io.millrace.search;

import org.jspecify.annotations.NullMarked;
