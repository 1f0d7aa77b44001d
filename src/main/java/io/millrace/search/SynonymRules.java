package io.millrace.search;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.text.ParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.apache.lucene.util.CharsRef;
import org.apache.lucene.util.CharsRefBuilder;
import org.jspecify.annotations.Nullable;

/// Collects rules as Solr writes them. What they look for is cut into words, what they name instead
/// stays text. Confined to one thread.
final class SynonymRules extends SolrSynonymParser {
    /// Words with synonyms, each counted once for each of them; and synonyms of one.
    private static final int PAIRS_MAX = 100_000;

    private static final int OF_ONE_MAX = 100;

    /// By words: what stands for them.
    private final Map<CharsRef, Set<String>> othersByWords = new HashMap<>();

    /// Of the rule at hand, by text.
    private final Map<String, CharsRef> words = new HashMap<>();

    private final Analyzer cutting;
    private int pairs;
    private boolean isNaming;
    private @Nullable String refusal;

    /// @param finding cuts the words that are looked for
    /// @param cutting cuts what a rule names instead
    SynonymRules(Analyzer finding, Analyzer cutting) {
        super(true, true, finding);
        this.cutting = cutting;
    }

    /// Stops at the first rule that is wrong.
    Optional<Synonyms.UnusableRule> addAll(List<String> rules) {
        for (int i = 0; i < rules.size(); i++) {
            String reason = add(rules.get(i));
            if (reason != null) {
                return Optional.of(new Synonyms.UnusableRule(i, reason));
            }
        }
        return Optional.empty();
    }

    private @Nullable String add(String rule) {
        String shape =
                "rule %s, expected words parted by commas, or some on either side of one =>"
                        .formatted(Place.quoted(rule));
        if (rule.startsWith("#") || rule.chars().anyMatch(Character::isISOControl)) {
            return shape;
        }
        int before = pairs;
        words.clear();
        isNaming = false;
        refusal = null;
        try {
            parse(new StringReader(rule));
        } catch (IOException e) {
            throw new UncheckedIOException("reading a string", e);
        } catch (ParseException e) {
            return refusal == null ? shape : refusal;
        }
        if (pairs > PAIRS_MAX) {
            return "more than %d synonyms up to here, expected fewer".formatted(PAIRS_MAX);
        }
        if (pairs == before) {
            return shape;
        }
        return isNaming
                ? null
                : "rule %s names no words that can be looked for instead, expected some that the"
                                .formatted(Place.quoted(rule))
                        + " analyzer does not leave out";
    }

    /// What a rule names stays as it is until [#add(CharsRef, CharsRef, boolean)].
    @Override
    public CharsRef analyze(String text, CharsRefBuilder reuse) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("nothing between two commas");
        }
        return new CharsRef(text);
    }

    @Override
    public void add(CharsRef text, CharsRef other, boolean includeOrig) {
        CharsRef looked = words.computeIfAbsent(text.toString(), this::cut);
        Set<String> others = othersByWords.computeIfAbsent(looked, _ -> new HashSet<>());
        if (others.add(other.toString()) && others.size() > OF_ONE_MAX) {
            refusal =
                    "more than %d synonyms of %s, expected fewer"
                            .formatted(OF_ONE_MAX, Place.quoted(text.toString()));
            throw new IllegalArgumentException(refusal);
        }
        pairs++;
        isNaming = isNaming || !TextWords.of(cutting, "", other.toString()).isEmpty();
        super.add(looked, other, includeOrig);
    }

    private CharsRef cut(String text) {
        try {
            return CharsRef.deepCopyOf(super.analyze(text, new CharsRefBuilder()));
        } catch (IOException e) {
            throw new UncheckedIOException("reading a string", e);
        } catch (IllegalArgumentException e) {
            refusal =
                    "%s has no words that can be looked for, expected some"
                            .formatted(Place.quoted(text));
            throw e;
        }
    }

    /// Of at least one rule.
    SynonymMap map() {
        try {
            return build();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }
}
