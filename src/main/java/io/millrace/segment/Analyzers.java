package io.millrace.segment;

import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.core.SimpleAnalyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;

/// The analyzers a definition may name. Lucene analyzers keep state per thread and are shared.
public final class Analyzers {
    private static final Analyzer STANDARD = new StandardAnalyzer();
    private static final Analyzer ENGLISH = new EnglishAnalyzer();
    private static final Analyzer SIMPLE = new SimpleAnalyzer();
    private static final Analyzer WHITESPACE = new WhitespaceAnalyzer();
    private static final Analyzer KEYWORD = new KeywordAnalyzer();

    public static final Set<String> NAMES =
            Set.of("standard", "english", "simple", "whitespace", "keyword");

    /// How far the values of one field are from each other, so that no phrase reaches from one into
    /// the next.
    public static final int POSITION_GAP = 100;

    private Analyzers() {}

    /// @throws IllegalArgumentException when the name is not one of [#NAMES]
    public static Analyzer named(String name) {
        return switch (name) {
            case "standard" -> STANDARD;
            case "english" -> ENGLISH;
            case "simple" -> SIMPLE;
            case "whitespace" -> WHITESPACE;
            case "keyword" -> KEYWORD;
            default -> throw new IllegalArgumentException("no analyzer named " + name);
        };
    }
}
