package io.millrace.search;

import io.millrace.document.OwnAnalyzers;
import io.millrace.index.Index;
import java.util.Optional;

/// What is searched.
///
/// - visibleFrom: the timestamp field that says from when on a document can be found; those without
///   a value always can
/// - analyzers: those that its definition makes
public record SearchTarget(Index index, Optional<String> visibleFrom, OwnAnalyzers analyzers) {}
