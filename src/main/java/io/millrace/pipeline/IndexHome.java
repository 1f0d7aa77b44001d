package io.millrace.pipeline;

import io.millrace.catalog.IndexDefinition;
import io.millrace.index.Index;
import io.millrace.source.ChangeSource;
import java.util.List;
import java.util.Optional;

/// Where the files of indexes live: knows folders and incarnations so that this package need not.
/// All methods block.
///
/// An index has one current incarnation, the one that is opened; another one may be built beside
/// it.
public interface IndexHome {

    /// True when generation 1 of the index is published.
    ///
    /// @throws io.millrace.MillraceException.Corrupt when there is no generation, and what is left
    ///   shows that there was one
    boolean exists(String name);

    /// Publishes generation 1.
    Index create(IndexDefinition definition, ChangeSource.Start start);

    /// Opens the index at its newest commit.
    Index open(String name);

    /// The same home, in which every index has this one incarnation, current or not.
    IndexHome ofIncarnation(String incarnation);

    /// A name that no incarnation ever had.
    String newIncarnation();

    /// The incarnation that [#open] opens; empty before generation 1.
    Optional<String> current(String name);

    /// From here on [#open] opens this incarnation, also after a crash. Durable when it returns.
    ///
    /// @throws io.millrace.MillraceException.Unavailable when it was not done, or, not passing,
    ///   when only a restart can tell whether it was
    void makeCurrent(String name, String incarnation);

    /// Every incarnation of which anything is left.
    List<String> incarnations(String name);

    /// Deletes the files of one incarnation. Nothing happens when there are none.
    ///
    /// @throws io.millrace.MillraceException.Fenced while it is open somewhere
    void deleteIncarnation(String name, String incarnation);

    /// Deletes the files of all incarnations. May be repeated after a failure.
    ///
    /// @throws io.millrace.MillraceException.Fenced while one is open somewhere
    void delete(String name);

    /// Bytes that can still be written.
    long usableBytes();
}
