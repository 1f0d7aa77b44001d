package io.millrace.document;

import java.util.List;

/// An analyzer that a definition makes of a known one.
///
/// - analysis: how documents are cut into terms
/// - synonyms: rules by which searches, and only they, find other words than those they name: `tv,
///   television` finds either by either, `cat => feline` the right ones by the left ones
public record OwnAnalyzer(Analysis analysis, List<String> synonyms) {
    public OwnAnalyzer {
        synonyms = List.copyOf(synonyms);
    }

    /// Does not go through the rules.
    @Override
    public int hashCode() {
        return 31 * analysis.hashCode() + synonyms.size();
    }
}
