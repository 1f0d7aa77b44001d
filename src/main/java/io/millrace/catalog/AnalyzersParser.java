package io.millrace.catalog;

import io.millrace.document.Analysis;
import io.millrace.document.OwnAnalyzer;
import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads the section `analyzers` of a definition. Confined to one thread.
final class AnalyzersParser {
    private static final Set<String> MEMBERS = Set.of("base", "stopwords", "synonyms");
    private static final String NO_STOPWORDS = "none";

    private static final int ANALYZERS_MAX = 32;

    /// Of all analyzers together: every segment holds them.
    private static final int STOPWORDS_MAX = 1_000;

    private static final int STOPWORD_CHARS_MAX = 100;

    /// Of all analyzers together.
    private static final int SYNONYMS_MAX = 10_000;

    private static final int SYNONYM_CHARS_MAX = 1_000;

    private final KnownAnalyzers known;
    private int stopwords;
    private int synonyms;

    AnalyzersParser(KnownAnalyzers known) {
        this.known = known;
    }

    /// By name.
    SortedMap<String, OwnAnalyzer> parse(DefinitionNode section) {
        List<DefinitionNode> members = section.members();
        if (members.size() > ANALYZERS_MAX) {
            throw section.refused(
                    "%d analyzers, expected at most %d", members.size(), ANALYZERS_MAX);
        }
        SortedMap<String, OwnAnalyzer> analyzers = new TreeMap<>();
        for (DefinitionNode member : members) {
            if (known.names().contains(member.name())) {
                throw member.refused(
                        "%s is the name of a known analyzer, expected another one with base: %s",
                        member.name(), member.name());
            }
            DefinitionParser.checkMemberName(member);
            analyzers.put(member.name(), analyzer(member));
        }
        return analyzers;
    }

    private OwnAnalyzer analyzer(DefinitionNode node) {
        node.refuseUnknown(MEMBERS, Map.of());
        Optional<DefinitionNode> base = node.member("base");
        Analysis analysis =
                base.map(it -> Analysis.of(it.word(known.names()))).orElse(Analysis.DEFAULT);
        Optional<DefinitionNode> words = node.member("stopwords");
        if (words.isPresent()) {
            if (!known.takesStopwords(analysis.analyzer())) {
                throw words.get()
                        .refused(
                                "analyzer %s leaves out no words, expected another base",
                                analysis.analyzer());
            }
            analysis = analysis.withStopwords(stopwords(words.get()));
        }
        Optional<DefinitionNode> rules = node.member("synonyms");
        if (rules.isEmpty()) {
            return new OwnAnalyzer(analysis, List.of());
        }
        if (!known.takesSynonyms(analysis.analyzer())) {
            throw rules.get()
                    .refused(
                            "analyzer %s cuts texts into overlapping pieces, not words; expected"
                                    + " another base",
                            analysis.analyzer());
        }
        OwnAnalyzer analyzer = new OwnAnalyzer(analysis, synonyms(rules.get()));
        known.check(analyzer)
                .ifPresent(unusable -> {
                    throw rules.get().items().get(unusable.rule()).refused("%s", unusable.reason());
                });
        return analyzer;
    }

    /// Distinct and in order, so that two lists of the same words are the same.
    private List<String> stopwords(DefinitionNode node) {
        if (node.value() instanceof Value.Text) {
            node.word(List.of(NO_STOPWORDS));
            return List.of();
        }
        List<String> words = new ArrayList<>();
        for (DefinitionNode item : node.items()) {
            String word = item.text();
            if (word.isEmpty()
                    || word.length() > STOPWORD_CHARS_MAX
                    || word.chars().anyMatch(Character::isWhitespace)) {
                throw item.expected(
                        "a word of 1 to %d characters without spaces"
                                .formatted(STOPWORD_CHARS_MAX));
            }
            words.add(word);
        }
        stopwords += words.size();
        if (stopwords > STOPWORDS_MAX) {
            throw node.refused(
                    "%d stop words in all analyzers, expected at most %d",
                    stopwords, STOPWORDS_MAX);
        }
        return words.stream().distinct().sorted().toList();
    }

    private List<String> synonyms(DefinitionNode node) {
        List<String> rules = new ArrayList<>();
        for (DefinitionNode item : node.items()) {
            String rule = item.text();
            if (rule.length() > SYNONYM_CHARS_MAX) {
                throw item.refused(
                        "%d characters, expected at most %d", rule.length(), SYNONYM_CHARS_MAX);
            }
            rules.add(rule);
        }
        synonyms += rules.size();
        if (synonyms > SYNONYMS_MAX) {
            throw node.refused(
                    "%d rules in all analyzers, expected at most %d", synonyms, SYNONYMS_MAX);
        }
        return rules;
    }
}
