package io.millrace.segment;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.bg.BulgarianAnalyzer;
import org.apache.lucene.analysis.bn.BengaliAnalyzer;
import org.apache.lucene.analysis.br.BrazilianAnalyzer;
import org.apache.lucene.analysis.ca.CatalanAnalyzer;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.ckb.SoraniAnalyzer;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.core.SimpleAnalyzer;
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

/// The analyzers a definition may name, those of Lucene. They are made when they are first asked
/// for, keep state per thread and are shared.
public final class Analyzers {
    private static final Map<String, Supplier<Analyzer>> MADE_BY =
            Map.ofEntries(
                    Map.entry("standard", StandardAnalyzer::new),
                    Map.entry("simple", SimpleAnalyzer::new),
                    Map.entry("whitespace", WhitespaceAnalyzer::new),
                    Map.entry("keyword", KeywordAnalyzer::new),
                    Map.entry("arabic", ArabicAnalyzer::new),
                    Map.entry("armenian", ArmenianAnalyzer::new),
                    Map.entry("basque", BasqueAnalyzer::new),
                    Map.entry("bengali", BengaliAnalyzer::new),
                    Map.entry("brazilian", BrazilianAnalyzer::new),
                    Map.entry("bulgarian", BulgarianAnalyzer::new),
                    Map.entry("catalan", CatalanAnalyzer::new),
                    Map.entry("cjk", CJKAnalyzer::new),
                    Map.entry("czech", CzechAnalyzer::new),
                    Map.entry("danish", DanishAnalyzer::new),
                    Map.entry("dutch", DutchAnalyzer::new),
                    Map.entry("english", EnglishAnalyzer::new),
                    Map.entry("estonian", EstonianAnalyzer::new),
                    Map.entry("finnish", FinnishAnalyzer::new),
                    Map.entry("french", FrenchAnalyzer::new),
                    Map.entry("galician", GalicianAnalyzer::new),
                    Map.entry("german", GermanAnalyzer::new),
                    Map.entry("greek", GreekAnalyzer::new),
                    Map.entry("hindi", HindiAnalyzer::new),
                    Map.entry("hungarian", HungarianAnalyzer::new),
                    Map.entry("indonesian", IndonesianAnalyzer::new),
                    Map.entry("irish", IrishAnalyzer::new),
                    Map.entry("italian", ItalianAnalyzer::new),
                    Map.entry("latvian", LatvianAnalyzer::new),
                    Map.entry("lithuanian", LithuanianAnalyzer::new),
                    Map.entry("nepali", NepaliAnalyzer::new),
                    Map.entry("norwegian", NorwegianAnalyzer::new),
                    Map.entry("persian", PersianAnalyzer::new),
                    Map.entry("portuguese", PortugueseAnalyzer::new),
                    Map.entry("romanian", RomanianAnalyzer::new),
                    Map.entry("russian", RussianAnalyzer::new),
                    Map.entry("serbian", SerbianAnalyzer::new),
                    Map.entry("sorani", SoraniAnalyzer::new),
                    Map.entry("spanish", SpanishAnalyzer::new),
                    Map.entry("swedish", SwedishAnalyzer::new),
                    Map.entry("tamil", TamilAnalyzer::new),
                    Map.entry("telugu", TeluguAnalyzer::new),
                    Map.entry("thai", ThaiAnalyzer::new),
                    Map.entry("turkish", TurkishAnalyzer::new));

    public static final Set<String> NAMES = MADE_BY.keySet();

    /// How far the values of one field are from each other, so that no phrase reaches from one into
    /// the next.
    public static final int POSITION_GAP = 100;

    private static final Map<String, Analyzer> MADE = new ConcurrentHashMap<>();

    private Analyzers() {}

    /// @throws IllegalArgumentException when the name is not one of [#NAMES]
    public static Analyzer named(String name) {
        Analyzer made = MADE.get(name);
        return made == null ? MADE.computeIfAbsent(name, Analyzers::make) : made;
    }

    private static Analyzer make(String name) {
        Supplier<Analyzer> maker = MADE_BY.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("no analyzer named " + name);
        }
        return maker.get();
    }
}
