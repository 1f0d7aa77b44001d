package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Analysis;
import io.millrace.document.OwnAnalyzer;
import io.millrace.segment.Analyzers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.AnalyzerWrapper;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;
import org.jspecify.annotations.Nullable;

/// Finds the words of a text that an analyzer has synonyms for. May be shared between threads.
///
/// Rules name words as people write them. They are looked for as the analyzer cuts them, stop words
/// left in: `organisations` fits a rule for `organisation` where the analyzer stems. Of rules for
/// `united` and `united states` the longer one holds. What a rule names instead stays text, cut
/// like any other: so words that are left out of it leave their gap in a phrase.
public final class Synonyms {
    /// They cut texts into pieces that overlap: nothing can stand in the place of some of them.
    private static final Set<String> WITHOUT_WORDS = Set.of("cjk");

    /// Made ready, as long as the definition that came last has them; made outside of its lock, for
    /// there may be many rules. Guarded by itself.
    private static final Map<OwnAnalyzer, Synonyms> READY = new WeakHashMap<>();

    private final Analyzer finding;
    private final Analysis analysis;

    /// By text of a rule, each at most once; cut by [#analysis].
    private final Map<String, TextWords> words = new ConcurrentHashMap<>();

    private Synonyms(Analyzer finding, Analysis analysis) {
        this.finding = finding;
        this.analysis = analysis;
    }

    /// Some words of a text and what may stand in their place.
    ///
    /// - start, end: where they stand, in chars
    /// - isWritten: they may stay as they are, too
    record Found(int start, int end, boolean isWritten, List<TextWords> others) {}

    /// - rule: which one, counted from 0
    /// - reason: what it is and what was expected
    public record UnusableRule(int rule, String reason) {}

    /// True when the known analyzer of this name can have synonyms.
    public static boolean canBeGivenTo(String name) {
        return !WITHOUT_WORDS.contains(name);
    }

    /// Makes the synonyms of an analyzer ready, or says which rule is wrong.
    public static Optional<UnusableRule> check(OwnAnalyzer analyzer) {
        @Nullable Synonyms ready = known(analyzer);
        if (ready == null) {
            SynonymRules rules = rules(analyzer);
            Optional<UnusableRule> unusable = rules.addAll(analyzer.synonyms());
            if (unusable.isPresent() || analyzer.synonyms().isEmpty()) {
                return unusable;
            }
            ready = ready(analyzer, rules);
        }
        keep(analyzer, ready);
        return Optional.empty();
    }

    /// Null when it has none.
    ///
    /// @throws MillraceException.Bug when a rule is wrong
    static @Nullable Synonyms of(OwnAnalyzer analyzer) {
        if (analyzer.synonyms().isEmpty()) {
            return null;
        }
        @Nullable Synonyms ready = known(analyzer);
        return ready == null ? keep(analyzer, checked(analyzer)) : ready;
    }

    private static @Nullable Synonyms known(OwnAnalyzer analyzer) {
        synchronized (READY) {
            return READY.get(analyzer);
        }
    }

    /// Those that are known already stay, but die with this analyzer from now on: a map goes on
    /// with the key it has, unless that is removed.
    private static Synonyms keep(OwnAnalyzer analyzer, Synonyms made) {
        synchronized (READY) {
            @Nullable Synonyms known = READY.remove(analyzer);
            Synonyms kept = known == null ? made : known;
            READY.put(analyzer, kept);
            return kept;
        }
    }

    private static Synonyms checked(OwnAnalyzer analyzer) {
        SynonymRules rules = rules(analyzer);
        rules.addAll(analyzer.synonyms())
                .ifPresent(unusable -> {
                    throw new MillraceException.Bug("unchecked synonyms: " + unusable);
                });
        return ready(analyzer, rules);
    }

    private static SynonymRules rules(OwnAnalyzer analyzer) {
        return new SynonymRules(withoutStopwords(analyzer), Analyzers.of(analyzer.analysis()));
    }

    /// What finds the words of rules.
    private static Analyzer withoutStopwords(OwnAnalyzer analyzer) {
        String name = analyzer.analysis().analyzer();
        return Analyzers.takesStopwords(name)
                ? Analyzers.of(analyzer.analysis().withStopwords(List.of()))
                : Analyzers.named(name);
    }

    private static Synonyms ready(OwnAnalyzer analyzer, SynonymRules rules) {
        return new Synonyms(finding(withoutStopwords(analyzer), rules.map()), analyzer.analysis());
    }

    private static Analyzer finding(Analyzer words, SynonymMap synonyms) {
        return new AnalyzerWrapper(words.getReuseStrategy()) {
            @Override
            protected Analyzer getWrappedAnalyzer(String field) {
                return words;
            }

            @Override
            protected TokenStreamComponents wrapComponents(
                    String field, TokenStreamComponents components) {
                return new TokenStreamComponents(
                        components.getSource(),
                        new SynonymGraphFilter(components.getTokenStream(), synonyms, false));
            }
        };
    }

    /// In the order of the text; none reaches into another. Synonyms without words are none: any
    /// word could stand there.
    ///
    /// @param ofField how the texts are cut that are searched: when a definition has changed, still
    ///   as it was before until the next commit
    List<Found> in(String text, Analysis ofField) {
        Function<String, TextWords> cutting = cutting(ofField);
        Map<List<Integer>, List<String>> found = new LinkedHashMap<>();
        BitSet written = new BitSet();
        read(text, found, written);
        List<Found> all = new ArrayList<>();
        found.forEach((place, others) -> {
            int start = place.getFirst();
            int end = place.getLast();
            List<TextWords> named =
                    others.stream().map(cutting).filter(other -> !other.isEmpty()).toList();
            if (!named.isEmpty()) {
                all.add(new Found(start, end, !written.get(start, end).isEmpty(), named));
            }
        });
        return all;
    }

    private Function<String, TextWords> cutting(Analysis ofField) {
        Analyzer analyzer = Analyzers.of(ofField);
        Function<String, TextWords> anew = text -> TextWords.of(analyzer, "", text);
        return ofField.withPositions(analysis.positions()).equals(analysis)
                ? text -> words.computeIfAbsent(text, anew)
                : anew;
    }

    /// @param found by start and end of the words they are for
    /// @param written where the words begin that stay
    private void read(String text, Map<List<Integer>, List<String>> found, BitSet written) {
        try (TokenStream tokens = finding.tokenStream("", text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            OffsetAttribute offset = tokens.addAttribute(OffsetAttribute.class);
            TypeAttribute type = tokens.addAttribute(TypeAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                if (type.type().equals(SynonymGraphFilter.TYPE_SYNONYM)) {
                    found.computeIfAbsent(
                                    List.of(offset.startOffset(), offset.endOffset()),
                                    _ -> new ArrayList<>())
                            .add(term.toString());
                } else {
                    written.set(offset.startOffset());
                }
            }
            tokens.end();
        } catch (IOException e) {
            throw new MillraceException.Bug("reading a string failed", e);
        }
    }
}
