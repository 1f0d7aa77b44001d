package io.millrace.catalog;

import io.millrace.document.OwnAnalyzer;
import java.util.Optional;
import java.util.Set;

/// The analyzers that definitions may name, and what these can make of them.
public interface KnownAnalyzers {
    Set<String> names();

    /// True when a definition may say which words one of them leaves out.
    boolean takesStopwords(String name);

    /// True when a definition may give one of them synonyms.
    boolean takesSynonyms(String name);

    /// What is wrong with the synonyms of an analyzer.
    Optional<UnusableRule> check(OwnAnalyzer analyzer);

    /// - rule: which one, counted from 0
    /// - reason: what it is and what was expected
    record UnusableRule(int rule, String reason) {}
}
