package io.millrace.search;

import io.millrace.segment.PostingsReader;
import io.millrace.segment.SegmentReader;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Scores documents of one segment, asked for in rising order. Confined to one search.
///
/// Sums are doubles and become a float only at the end, as in Lucene.
sealed interface DocumentScorer
        permits MatchScorer,
                DocumentScorer.Together,
                DocumentScorer.All,
                DocumentScorer.Any,
                DocumentScorer.Preferring,
                DocumentScorer.Checked,
                DocumentScorer.Unscored {

    /// What [#score] answers for a document that does not meet the condition; scores are above 0.
    double NO_MATCH = -1;

    /// The document's score, or [#NO_MATCH].
    double score(int document);

    /// What a document must meet to score above `floor`; null where nothing can be said beforehand.
    default @Nullable SegmentFilter needed(float floor) {
        return null;
    }

    /// The scorer of a query.
    ///
    /// @param matching the documents that will be asked for, all of which meet the query
    static DocumentScorer of(
            Query query,
            SegmentReader segment,
            MatchStatistics statistics,
            Supplier<ImmutableRoaringBitmap> matching) {
        return of(query, true, segment, statistics, matching);
    }

    /// @param known true when every document asked for is known to meet the query
    private static DocumentScorer of(
            Query query,
            boolean known,
            SegmentReader segment,
            MatchStatistics statistics,
            Supplier<ImmutableRoaringBitmap> matching) {
        return switch (query) {
            case Query.Match match when known || match.required() == 1 ->
                    MatchScorer.of(match, segment, statistics);
            case Query.Match match ->
                    new Checked(
                            met(match, segment, statistics, matching),
                            MatchScorer.of(match, segment, statistics));
            case Query.Phrase phrase -> Together.of(phrase, segment, statistics);
            case Query.AtLeast(_, List<Query> clauses) when query.scores() -> {
                DocumentScorer any =
                        of(new Query.Or(clauses), known, segment, statistics, matching);
                yield known ? any : new Checked(met(query, segment, statistics, matching), any);
            }
            case Query.Preferring(Query required, Query preferred) when query.scores() ->
                    new Preferring(
                            of(required, known, segment, statistics, matching),
                            of(preferred, false, segment, statistics, matching));
            case Query.And(List<Query> clauses) when query.scores() -> {
                List<DocumentScorer> all =
                        clauses.stream()
                                .filter(clause -> !known || clause.scores())
                                .map(clause -> of(clause, known, segment, statistics, matching))
                                .toList();
                yield all.size() == 1 ? all.getFirst() : new All(all);
            }
            case Query.Or(List<Query> clauses) when query.scores() ->
                    new Any(
                            clauses.stream()
                                    .map(clause -> of(clause, false, segment, statistics, matching))
                                    .toList());
            case Query.And _,
                    Query.Or _,
                    Query.Eq _,
                    Query.In _,
                    Query.Range _,
                    Query.Exists _,
                    Query.Prefix _,
                    Query.Wildcard _,
                    Query.Keys _,
                    Query.Not _,
                    Query.AtLeast _,
                    Query.Preferring _,
                    Query.All _ ->
                    new Unscored(met(query, segment, statistics, matching));
        };
    }

    /// Of the documents that will be asked for, those that meet a condition.
    private static ImmutableRoaringBitmap met(
            Query query,
            SegmentReader segment,
            MatchStatistics statistics,
            Supplier<ImmutableRoaringBitmap> matching) {
        return new FilterPlanner(segment, statistics).plan(query).documents(matching.get());
    }

    /// One phrase.
    record Together(
            MatchStatistics.WeightedPhrase weighted, PostingsReader postings, PhraseMatcher matcher)
            implements DocumentScorer {
        static DocumentScorer of(
                Query.Phrase phrase, SegmentReader segment, MatchStatistics statistics) {
            PostingsReader postings = segment.postings(phrase.field().path());
            return postings == null
                    ? new Any(List.of())
                    : new Together(
                            statistics.of(phrase), postings, new PhraseMatcher(phrase, segment));
        }

        @Override
        public double score(int document) {
            float frequency = weighted.isPossible() ? matcher.frequency(document) : 0;
            return frequency == 0
                    ? NO_MATCH
                    : weighted.bm25().score(weighted.weight(), frequency, postings.norm(document));
        }
    }

    /// The sum of all, when all match.
    record All(List<DocumentScorer> scorers) implements DocumentScorer {
        @Override
        public double score(int document) {
            double sum = 0;
            for (DocumentScorer scorer : scorers) {
                double score = scorer.score(document);
                if (score == NO_MATCH) {
                    return NO_MATCH;
                }
                sum += score;
            }
            return sum;
        }
    }

    /// The sum of those that match.
    record Any(List<DocumentScorer> scorers) implements DocumentScorer {
        @Override
        public double score(int document) {
            double sum = 0;
            boolean matches = false;
            for (DocumentScorer scorer : scorers) {
                double score = scorer.score(document);
                if (score != NO_MATCH) {
                    sum += score;
                    matches = true;
                }
            }
            return matches ? sum : NO_MATCH;
        }
    }

    /// What is required, and on top what is preferred where that matches too.
    record Preferring(DocumentScorer required, DocumentScorer preferred) implements DocumentScorer {
        @Override
        public double score(int document) {
            double score = required.score(document);
            if (score == NO_MATCH) {
                return NO_MATCH;
            }
            double more = preferred.score(document);
            return more == NO_MATCH ? score : score + more;
        }
    }

    /// A scorer that does not know by itself which documents match.
    record Checked(ImmutableRoaringBitmap documents, DocumentScorer scorer)
            implements DocumentScorer {
        @Override
        public double score(int document) {
            return documents.contains(document) ? scorer.score(document) : NO_MATCH;
        }
    }

    /// Matches without a share in the score.
    record Unscored(ImmutableRoaringBitmap documents) implements DocumentScorer {
        @Override
        public double score(int document) {
            return documents.contains(document) ? 0 : NO_MATCH;
        }
    }
}
