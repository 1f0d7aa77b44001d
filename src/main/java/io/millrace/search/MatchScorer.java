package io.millrace.search;

import io.millrace.segment.PostingsReader;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Scores documents of one segment by the terms of one match. Confined to one search.
final class MatchScorer implements DocumentScorer {

    /// A word of the match that occurs in the segment.
    ///
    /// - slot: see [WeightedTerm#slot]
    record Word(int slot, int ordinal, float weight) {}

    private final Query.Match match;
    private final Bm25 bm25;
    private final SegmentReader segment;
    private final TermsReader terms;
    private final PostingsReader postings;

    /// Those that occur in the segment.
    private final List<WeightedTerm> weighted = new ArrayList<>();

    private final float[] weights;

    /// Opened when a document is asked for.
    private PostingsReader.Cursor @Nullable [] cursors;

    /// Where each cursor stands; -1 before its first document.
    private int[] documents = {};

    private @Nullable List<SegmentFilter> filters;

    private MatchScorer(
            Query.Match match,
            MatchStatistics.WeightedMatch weights,
            SegmentReader segment,
            TermsReader terms,
            PostingsReader postings) {
        this.match = match;
        this.bm25 = weights.bm25();
        this.segment = segment;
        this.terms = terms;
        this.postings = postings;
        for (WeightedTerm term : weights.terms()) {
            if (term.occursIn(segment, terms)) {
                weighted.add(term);
            }
        }
        this.weights = new float[weighted.size()];
        for (int i = 0; i < this.weights.length; i++) {
            this.weights[i] = weighted.get(i).weight();
        }
    }

    static DocumentScorer of(Query.Match match, SegmentReader segment, MatchStatistics statistics) {
        TermsReader terms = segment.textTerms(match.field().path());
        PostingsReader postings = segment.postings(match.field().path());
        return terms == null || postings == null
                ? new Any(List.of())
                : new MatchScorer(match, statistics.of(match), segment, terms, postings);
    }

    Bm25 bm25() {
        return bm25;
    }

    TermsReader terms() {
        return terms;
    }

    PostingsReader postings() {
        return postings;
    }

    /// What a score is the sum over, in this order; null when it is not over single words.
    @Nullable List<Word> words() {
        List<Word> words = new ArrayList<>();
        for (WeightedTerm term : weighted) {
            if (!(term instanceof WeightedTerm.Word word)) {
                return null;
            }
            words.add(new Word(word.slot(), word.ordinal(segment), word.weight()));
        }
        return words;
    }

    Query.Match match() {
        return match;
    }

    /// A bit for each of the words that every document holds which meets the match.
    int required(List<Word> words) {
        if (words.size() == 1) {
            return 1;
        }
        int required = 0;
        for (int i = 0; i < words.size() && match.required() == match.terms().size(); i++) {
            required |= isOnlyOne(words, words.get(i).slot()) ? 1 << i : 0;
        }
        return required;
    }

    /// False when so few words of the match occur in the segment that no document meets it.
    boolean isPossible(List<Word> words) {
        int slots = 0;
        int last = -1;
        // Terms of one word stand side by side.
        for (Word word : words) {
            slots += word.slot() != last ? 1 : 0;
            last = word.slot();
        }
        return slots >= match.required();
    }

    /// True when a document that holds those that are required, and one at least, meets the match.
    boolean isDecidedBy(List<Word> words) {
        return match.required() == 1
                ? words.size() <= 2
                : match.required() == match.terms().size()
                        && words.size() == match.terms().size()
                        && Integer.bitCount(required(words)) == words.size();
    }

    private static boolean isOnlyOne(List<Word> words, int slot) {
        int found = 0;
        for (Word word : words) {
            found += word.slot() == slot ? 1 : 0;
        }
        return found == 1;
    }

    @Override
    public double score(int document) {
        PostingsReader.Cursor[] opened = cursors();
        double sum = 0;
        boolean matches = false;
        for (int i = 0; i < opened.length; i++) {
            if (documents[i] < document) {
                documents[i] = opened[i].advance(document);
            }
            if (documents[i] == document) {
                sum += bm25.score(weights[i], opened[i].frequency(), postings.norm(document));
                matches = true;
            }
        }
        return matches ? sum : NO_MATCH;
    }

    private PostingsReader.Cursor[] cursors() {
        PostingsReader.Cursor[] opened = cursors;
        if (opened == null) {
            opened =
                    weighted.stream()
                            .map(term -> term.cursor(segment, terms, postings))
                            .toArray(PostingsReader.Cursor[]::new);
            documents = new int[opened.length];
            Arrays.fill(documents, -1);
            cursors = opened;
        }
        return opened;
    }

    /// A term never scores as much as its weight. So the terms without which the others' weights do
    /// not reach the floor are needed all; if there are none, one of those that the lightest
    /// together do not make up for.
    @Override
    public @Nullable SegmentFilter needed(float floor) {
        double total = 0;
        for (float weight : weights) {
            total += weight;
        }
        List<SegmentFilter> all = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            if (total - weights[i] <= floor) {
                all.add(filters().get(i));
            }
        }
        if (!all.isEmpty()) {
            return new SegmentFilter.Intersection(all);
        }
        List<Integer> lightestFirst = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            lightestFirst.add(i);
        }
        lightestFirst.sort(Comparator.comparingDouble(i -> weights[i]));
        double light = 0;
        int from = 0;
        while (from < weights.length && light + weights[lightestFirst.get(from)] <= floor) {
            light += weights[lightestFirst.get(from++)];
        }
        return from == 0
                ? null
                : SegmentFilter.any(
                        lightestFirst.subList(from, weights.length).stream()
                                .map(filters()::get)
                                .toList());
    }

    private List<SegmentFilter> filters() {
        List<SegmentFilter> made = filters;
        if (made == null) {
            made =
                    weighted.stream()
                            .map(term -> SegmentFilter.any(term.filters(segment, terms)))
                            .toList();
            filters = made;
        }
        return made;
    }
}
