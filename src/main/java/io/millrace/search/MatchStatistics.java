package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.index.SegmentView;
import io.millrace.segment.Analyzers;
import io.millrace.segment.PostingsReader;
import io.millrace.segment.TermsReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/// What the matches of one search need to know of the whole snapshot: their terms, and how often
/// those occur in all segments together, deleted documents included. Immutable.
final class MatchStatistics {

    /// A match with its terms, weighted.
    record WeightedMatch(List<WeightedTerm> terms, Bm25 bm25) {}

    /// - weight: inverse document frequency times how often the query names the term
    record WeightedTerm(byte[] utf8, float weight) {}

    private final Map<Query.Match, WeightedMatch> matches = new HashMap<>();

    private MatchStatistics() {}

    static MatchStatistics of(List<SegmentView> segments, List<Query> queries) {
        MatchStatistics statistics = new MatchStatistics();
        queries.forEach(query -> statistics.collect(segments, query));
        return statistics;
    }

    WeightedMatch of(Query.Match match) {
        return Objects.requireNonNull(matches.get(match));
    }

    private void collect(List<SegmentView> segments, Query query) {
        switch (query) {
            case Query.Match match -> matches.computeIfAbsent(match, _ -> weigh(segments, match));
            case Query.And(List<Query> clauses) ->
                    clauses.forEach(clause -> collect(segments, clause));
            case Query.Or(List<Query> clauses) ->
                    clauses.forEach(clause -> collect(segments, clause));
            case Query.Not(Query clause) -> collect(segments, clause);
            case Query.Eq _,
                    Query.In _,
                    Query.Range _,
                    Query.Exists _,
                    Query.Prefix _,
                    Query.Wildcard _,
                    Query.Keys _,
                    Query.All _ -> {}
        }
    }

    private static WeightedMatch weigh(List<SegmentView> segments, Query.Match match) {
        String path = match.field().path();
        long documentCount = 0;
        long termCount = 0;
        for (SegmentView segment : segments) {
            PostingsReader postings = segment.reader().postings(path);
            if (postings != null) {
                documentCount += postings.documentsWithField();
                termCount += postings.totalTerms();
            }
        }
        Bm25 bm25 = Bm25.of(documentCount, termCount);
        List<WeightedTerm> weighted = new ArrayList<>();
        for (Map.Entry<String, Integer> term : terms(match.field(), match.text()).entrySet()) {
            byte[] utf8 = term.getKey().getBytes(StandardCharsets.UTF_8);
            long holding = documentFrequency(segments, path, utf8);
            if (holding > 0) {
                weighted.add(new WeightedTerm(utf8, bm25.weight(holding, term.getValue())));
            }
        }
        return new WeightedMatch(List.copyOf(weighted), bm25);
    }

    private static long documentFrequency(List<SegmentView> segments, String path, byte[] term) {
        long documents = 0;
        for (SegmentView segment : segments) {
            TermsReader terms = segment.reader().textTerms(path);
            int ordinal = terms == null ? -1 : terms.find(term);
            if (terms != null && ordinal >= 0) {
                documents += terms.documentCount(ordinal);
            }
        }
        return documents;
    }

    /// The distinct terms of a text, in order, with how often each occurs.
    private static Map<String, Integer> terms(Field field, String text) {
        Map<String, Integer> terms = new LinkedHashMap<>();
        try (TokenStream tokens =
                Analyzers.named(field.analyzer()).tokenStream(field.path(), text)) {
            CharTermAttribute term = tokens.getAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                terms.merge(term.toString(), 1, Integer::sum);
            }
            tokens.end();
        } catch (IOException e) {
            throw new MillraceException.Bug("reading a string failed", e);
        }
        return terms;
    }
}
