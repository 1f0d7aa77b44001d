package io.millrace.pipeline;

import io.millrace.catalog.IndexDefinition;
import io.millrace.index.Index;
import io.millrace.source.ChangeSource;

/// Where the files of indexes live: knows folders and incarnations so that this package need not.
/// All methods block.
public interface IndexHome {

    /// True when generation 1 of the index is published.
    boolean exists(IndexDefinition definition);

    /// Publishes generation 1.
    Index create(IndexDefinition definition, ChangeSource.Start start);

    /// Opens the index at its newest commit.
    Index open(IndexDefinition definition);
}
