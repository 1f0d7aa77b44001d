package io.millrace.node;

import io.millrace.catalog.KnownAnalyzers;
import io.millrace.document.OwnAnalyzer;
import io.millrace.search.Synonyms;
import io.millrace.segment.Analyzers;
import java.util.Optional;
import java.util.Set;

/// The analyzers of Lucene that segments are written with.
public final class LuceneAnalyzers implements KnownAnalyzers {
    @Override
    public Set<String> names() {
        return Analyzers.NAMES;
    }

    @Override
    public boolean takesStopwords(String name) {
        return Analyzers.takesStopwords(name);
    }

    @Override
    public boolean takesSynonyms(String name) {
        return Synonyms.canBeGivenTo(name);
    }

    @Override
    public Optional<UnusableRule> check(OwnAnalyzer analyzer) {
        return Synonyms.check(analyzer)
                .map(unusable -> new UnusableRule(unusable.rule(), unusable.reason()));
    }
}
