package io.millrace.document;

import java.util.Map;
import java.util.Optional;

/// The analyzers that a definition makes.
///
/// - names: that of its analyzer, by the path of each field that has one of these
public record OwnAnalyzers(Map<String, OwnAnalyzer> byName, Map<String, String> names) {
    public static final OwnAnalyzers NONE = new OwnAnalyzers(Map.of(), Map.of());

    public OwnAnalyzers {
        byName = Map.copyOf(byName);
        names = Map.copyOf(names);
    }

    public Optional<OwnAnalyzer> ofField(String path) {
        return Optional.ofNullable(names.get(path)).map(byName::get);
    }
}
