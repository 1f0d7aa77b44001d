package io.millrace.search;

import io.millrace.index.SegmentView;
import io.millrace.segment.PostingsReader;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// What the matches of one search need to know of the whole snapshot: their terms, and how often
/// those occur in all segments together, deleted documents included. Immutable.
final class MatchStatistics {

    /// A match with those of its terms that occur, weighted.
    record WeightedMatch(List<WeightedTerm> terms, Bm25 bm25) {}

    /// - isPossible: false when one of its words is nowhere
    record WeightedPhrase(float weight, boolean isPossible, Bm25 bm25) {}

    private final Map<Query.Match, WeightedMatch> matches = new HashMap<>();
    private final Map<Query.Phrase, WeightedPhrase> phrases = new HashMap<>();

    private MatchStatistics() {}

    static MatchStatistics of(List<SegmentView> segments, List<Query> queries) {
        MatchStatistics statistics = new MatchStatistics();
        queries.forEach(query -> statistics.collect(segments, query));
        return statistics;
    }

    WeightedMatch of(Query.Match match) {
        return Objects.requireNonNull(matches.get(match));
    }

    WeightedPhrase of(Query.Phrase phrase) {
        return Objects.requireNonNull(phrases.get(phrase));
    }

    private void collect(List<SegmentView> segments, Query query) {
        switch (query) {
            case Query.Match match -> matches.computeIfAbsent(match, _ -> weigh(segments, match));
            case Query.Phrase phrase ->
                    phrases.computeIfAbsent(phrase, _ -> weigh(segments, phrase));
            case Query.Not(Query clause) -> collect(segments, clause);
            default -> query.inner().forEach(clause -> collect(segments, clause));
        }
    }

    private static WeightedMatch weigh(List<SegmentView> segments, Query.Match match) {
        String path = match.field().path();
        Bm25 bm25 = bm25(segments, path);
        List<WeightedTerm> weighted = new ArrayList<>();
        for (int slot = 0; slot < match.terms().size(); slot++) {
            TextTerm term = match.terms().get(slot);
            float boost = match.boost() * term.times();
            switch (term) {
                case TextTerm.Word(List<String> spellings, _) ->
                        word(segments, path, spellings, slot, bm25, boost, weighted);
                case TextTerm.Alike alike ->
                        alike(segments, path, alike, slot, bm25, boost, weighted);
                case TextTerm.Beginning(String prefix) ->
                        beginning(segments, path, prefix, slot, bm25, boost, weighted);
            }
        }
        return new WeightedMatch(List.copyOf(weighted), bm25);
    }

    private static Bm25 bm25(List<SegmentView> segments, String path) {
        long documentCount = 0;
        long termCount = 0;
        for (SegmentView segment : segments) {
            PostingsReader postings = segment.reader().postings(path);
            if (postings != null) {
                documentCount += postings.documentsWithField();
                termCount += postings.totalTerms();
            }
        }
        return Bm25.of(documentCount, termCount);
    }

    /// Spellings of one word count as one: as common as the most common of them.
    private static void word(
            List<SegmentView> segments,
            String path,
            List<String> spellings,
            int slot,
            Bm25 bm25,
            float boost,
            List<WeightedTerm> into) {
        List<Occurrences> occurring = new ArrayList<>();
        long most = 0;
        for (String spelling : spellings) {
            Occurrences found =
                    Occurrences.of(segments, path, spelling.getBytes(StandardCharsets.UTF_8));
            if (found.documents() > 0) {
                occurring.add(found);
                most = Math.max(most, found.documents());
            }
        }
        float weight = bm25.weight(most, boost);
        switch (occurring.size()) {
            case 0 -> {}
            case 1 -> into.add(occurring.getFirst().word(slot, weight));
            default ->
                    into.add(
                            new WeightedTerm.Spellings(
                                    slot,
                                    occurring.stream().map(Occurrences::utf8).toList(),
                                    weight));
        }
    }

    private static void alike(
            List<SegmentView> segments,
            String path,
            TextTerm.Alike alike,
            int slot,
            Bm25 bm25,
            float boost,
            List<WeightedTerm> into) {
        List<AlikeTerms.Found> closest = new AlikeTerms(alike).closest(segments, path);
        List<Occurrences> occurring = new ArrayList<>();
        long most = 0;
        for (AlikeTerms.Found found : closest) {
            Occurrences occurrences = Occurrences.of(segments, path, found.utf8());
            occurring.add(occurrences);
            most = Math.max(most, occurrences.documents());
        }
        for (int i = 0; i < closest.size(); i++) {
            float weight = bm25.weight(most, boost * closest.get(i).closeness());
            into.add(occurring.get(i).word(slot, weight));
        }
    }

    /// A phrase is as rare as all spellings of its words together.
    private static WeightedPhrase weigh(List<SegmentView> segments, Query.Phrase phrase) {
        String path = phrase.field().path();
        Bm25 bm25 = bm25(segments, path);
        double rarity = 0;
        boolean isPossible = true;
        for (PhraseWord word : phrase.words()) {
            boolean isSomewhere = false;
            for (String spelling : word.spellings()) {
                byte[] utf8 = spelling.getBytes(StandardCharsets.UTF_8);
                long holding = Occurrences.of(segments, path, utf8).documents();
                rarity += holding > 0 ? bm25.inverseFrequency(holding) : 0;
                isSomewhere |= holding > 0;
            }
            isPossible &= isSomewhere;
        }
        return new WeightedPhrase(phrase.boost() * (float) rarity, isPossible, bm25);
    }

    private static void beginning(
            List<SegmentView> segments,
            String path,
            String prefix,
            int slot,
            Bm25 bm25,
            float boost,
            List<WeightedTerm> into) {
        byte[] utf8 = prefix.getBytes(StandardCharsets.UTF_8);
        Map<SegmentReader, ImmutableRoaringBitmap> documents = new HashMap<>();
        long holding = 0;
        for (SegmentView segment : segments) {
            TermsReader terms = segment.reader().textTerms(path);
            if (terms == null) {
                continue;
            }
            ImmutableRoaringBitmap any = WeightedTerm.Beginning.documents(terms, utf8);
            if (!any.isEmpty()) {
                SearchBudget.current().hold(any.getSizeInBytes());
                documents.put(segment.reader(), any);
                holding += any.getLongCardinality();
            }
        }
        if (holding > 0) {
            into.add(new WeightedTerm.Beginning(slot, documents, bm25.weight(holding, boost)));
        }
    }

    /// Where one term of the dictionaries occurs.
    ///
    /// - ordinals: by segment
    /// - documents: that hold it, in all segments
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Occurrences(byte[] utf8, Map<SegmentReader, Integer> ordinals, long documents) {
        static Occurrences of(List<SegmentView> segments, String path, byte[] utf8) {
            Map<SegmentReader, Integer> ordinals = new HashMap<>();
            long documents = 0;
            for (SegmentView segment : segments) {
                TermsReader terms = segment.reader().textTerms(path);
                int ordinal = terms == null ? -1 : terms.find(utf8);
                if (terms != null && ordinal >= 0) {
                    ordinals.put(segment.reader(), ordinal);
                    documents += terms.documentCount(ordinal);
                }
            }
            return new Occurrences(utf8, ordinals, documents);
        }

        WeightedTerm.Word word(int slot, float weight) {
            return new WeightedTerm.Word(slot, utf8, ordinals, weight);
        }
    }
}
