package io.millrace.pipeline;

import io.millrace.catalog.IndexDefinition;
import io.millrace.source.ChangeSource;

/// Makes the source that feeds an index. Connects to nothing yet.
@FunctionalInterface
public interface SourceFactory {
    ChangeSource open(IndexDefinition definition);
}
