package io.millrace.segment;

import io.millrace.document.Analysis;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.bg.BulgarianAnalyzer;
import org.apache.lucene.analysis.bn.BengaliAnalyzer;
import org.apache.lucene.analysis.br.BrazilianAnalyzer;
import org.apache.lucene.analysis.ca.CatalanAnalyzer;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.ckb.SoraniAnalyzer;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.core.SimpleAnalyzer;
import org.apache.lucene.analysis.core.StopAnalyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.cz.CzechAnalyzer;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.el.GreekAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.et.EstonianAnalyzer;
import org.apache.lucene.analysis.eu.BasqueAnalyzer;
import org.apache.lucene.analysis.fa.PersianAnalyzer;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.ga.IrishAnalyzer;
import org.apache.lucene.analysis.gl.GalicianAnalyzer;
import org.apache.lucene.analysis.hi.HindiAnalyzer;
import org.apache.lucene.analysis.hu.HungarianAnalyzer;
import org.apache.lucene.analysis.hy.ArmenianAnalyzer;
import org.apache.lucene.analysis.id.IndonesianAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.lt.LithuanianAnalyzer;
import org.apache.lucene.analysis.lv.LatvianAnalyzer;
import org.apache.lucene.analysis.ne.NepaliAnalyzer;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.ro.RomanianAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.sr.SerbianAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.apache.lucene.analysis.ta.TamilAnalyzer;
import org.apache.lucene.analysis.te.TeluguAnalyzer;
import org.apache.lucene.analysis.th.ThaiAnalyzer;
import org.apache.lucene.analysis.tr.TurkishAnalyzer;
import org.jspecify.annotations.Nullable;

/// The analyzers a definition may name, those of Lucene. They are made when they are first asked
/// for, keep state per thread and are shared.
public final class Analyzers {
    private static final Map<String, Maker> MADE_BY =
            Map.ofEntries(
                    Map.entry("standard", new Maker(StandardAnalyzer::new, StandardAnalyzer::new)),
                    Map.entry("simple", new Maker(SimpleAnalyzer::new, StopAnalyzer::new)),
                    Map.entry("whitespace", new Maker(WhitespaceAnalyzer::new, null)),
                    Map.entry("keyword", new Maker(KeywordAnalyzer::new, null)),
                    Map.entry("arabic", new Maker(ArabicAnalyzer::new, ArabicAnalyzer::new)),
                    Map.entry("armenian", new Maker(ArmenianAnalyzer::new, ArmenianAnalyzer::new)),
                    Map.entry("basque", new Maker(BasqueAnalyzer::new, BasqueAnalyzer::new)),
                    Map.entry("bengali", new Maker(BengaliAnalyzer::new, BengaliAnalyzer::new)),
                    Map.entry(
                            "brazilian", new Maker(BrazilianAnalyzer::new, BrazilianAnalyzer::new)),
                    Map.entry(
                            "bulgarian", new Maker(BulgarianAnalyzer::new, BulgarianAnalyzer::new)),
                    Map.entry("catalan", new Maker(CatalanAnalyzer::new, CatalanAnalyzer::new)),
                    Map.entry("cjk", new Maker(CJKAnalyzer::new, CJKAnalyzer::new)),
                    Map.entry("czech", new Maker(CzechAnalyzer::new, CzechAnalyzer::new)),
                    Map.entry("danish", new Maker(DanishAnalyzer::new, DanishAnalyzer::new)),
                    Map.entry("dutch", new Maker(DutchAnalyzer::new, DutchAnalyzer::new)),
                    Map.entry("english", new Maker(EnglishAnalyzer::new, EnglishAnalyzer::new)),
                    Map.entry("estonian", new Maker(EstonianAnalyzer::new, EstonianAnalyzer::new)),
                    Map.entry("finnish", new Maker(FinnishAnalyzer::new, FinnishAnalyzer::new)),
                    Map.entry("french", new Maker(FrenchAnalyzer::new, FrenchAnalyzer::new)),
                    Map.entry("galician", new Maker(GalicianAnalyzer::new, GalicianAnalyzer::new)),
                    Map.entry("german", new Maker(GermanAnalyzer::new, GermanAnalyzer::new)),
                    Map.entry("greek", new Maker(GreekAnalyzer::new, GreekAnalyzer::new)),
                    Map.entry("hindi", new Maker(HindiAnalyzer::new, HindiAnalyzer::new)),
                    Map.entry(
                            "hungarian", new Maker(HungarianAnalyzer::new, HungarianAnalyzer::new)),
                    Map.entry(
                            "indonesian",
                            new Maker(IndonesianAnalyzer::new, IndonesianAnalyzer::new)),
                    Map.entry("irish", new Maker(IrishAnalyzer::new, IrishAnalyzer::new)),
                    Map.entry("italian", new Maker(ItalianAnalyzer::new, ItalianAnalyzer::new)),
                    Map.entry("latvian", new Maker(LatvianAnalyzer::new, LatvianAnalyzer::new)),
                    Map.entry(
                            "lithuanian",
                            new Maker(LithuanianAnalyzer::new, LithuanianAnalyzer::new)),
                    Map.entry("nepali", new Maker(NepaliAnalyzer::new, NepaliAnalyzer::new)),
                    Map.entry(
                            "norwegian", new Maker(NorwegianAnalyzer::new, NorwegianAnalyzer::new)),
                    Map.entry("persian", new Maker(PersianAnalyzer::new, PersianAnalyzer::new)),
                    Map.entry(
                            "portuguese",
                            new Maker(PortugueseAnalyzer::new, PortugueseAnalyzer::new)),
                    Map.entry("romanian", new Maker(RomanianAnalyzer::new, RomanianAnalyzer::new)),
                    Map.entry("russian", new Maker(RussianAnalyzer::new, RussianAnalyzer::new)),
                    Map.entry("serbian", new Maker(SerbianAnalyzer::new, SerbianAnalyzer::new)),
                    Map.entry("sorani", new Maker(SoraniAnalyzer::new, SoraniAnalyzer::new)),
                    Map.entry("spanish", new Maker(SpanishAnalyzer::new, SpanishAnalyzer::new)),
                    Map.entry("swedish", new Maker(SwedishAnalyzer::new, SwedishAnalyzer::new)),
                    Map.entry("tamil", new Maker(TamilAnalyzer::new, TamilAnalyzer::new)),
                    Map.entry("telugu", new Maker(TeluguAnalyzer::new, TeluguAnalyzer::new)),
                    Map.entry("thai", new Maker(ThaiAnalyzer::new, ThaiAnalyzer::new)),
                    Map.entry("turkish", new Maker(TurkishAnalyzer::new, TurkishAnalyzer::new)));

    public static final Set<String> NAMES = MADE_BY.keySet();

    /// How far the values of one field are from each other, so that no phrase reaches from one into
    /// the next.
    public static final int POSITION_GAP = 100;

    private static final Map<String, Analyzer> MADE = new ConcurrentHashMap<>();

    /// Those that leave out other words than usual, as long as a schema names them. Guarded by
    /// itself.
    private static final Map<Analysis, Analyzer> MADE_WITH_STOPWORDS = new WeakHashMap<>();

    /// - withStopwords: null where no words are left out, and none can be
    private record Maker(
            Supplier<Analyzer> usual, @Nullable Function<CharArraySet, Analyzer> withStopwords) {}

    private Analyzers() {}

    /// @throws IllegalArgumentException when the name is not one of [#NAMES]
    public static Analyzer named(String name) {
        Analyzer made = MADE.get(name);
        return made == null
                ? MADE.computeIfAbsent(name, unmade -> maker(unmade).usual().get())
                : made;
    }

    /// True when it can be told which words to leave out.
    ///
    /// @throws IllegalArgumentException when the name is not one of [#NAMES]
    public static boolean takesStopwords(String name) {
        return maker(name).withStopwords() != null;
    }

    /// @throws IllegalArgumentException when there is no such analyzer, or it takes no stop words
    public static Analyzer of(Analysis analysis) {
        List<String> stopwords = analysis.stopwords();
        if (stopwords == null) {
            return named(analysis.analyzer());
        }
        synchronized (MADE_WITH_STOPWORDS) {
            return MADE_WITH_STOPWORDS.computeIfAbsent(
                    analysis, _ -> leavingOut(stopwords, analysis.analyzer()));
        }
    }

    /// Analyzers look at words in lower case, some of them at words without accents: both forms of
    /// a word are left out.
    private static Analyzer leavingOut(List<String> stopwords, String name) {
        Function<CharArraySet, Analyzer> maker = maker(name).withStopwords();
        if (maker == null) {
            throw new IllegalArgumentException("analyzer " + name + " takes no stop words");
        }
        CharArraySet words = new CharArraySet(stopwords, true);
        for (String word : stopwords) {
            words.add(named(name).normalize("", word).utf8ToString());
        }
        return maker.apply(words);
    }

    private static Maker maker(String name) {
        Maker maker = MADE_BY.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("no analyzer named " + name);
        }
        return maker;
    }
}
