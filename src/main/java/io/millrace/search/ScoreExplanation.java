package io.millrace.search;

import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.SegmentView;
import io.millrace.segment.PostingsReader;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.util.SmallFloat;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Why one document has its score.
///
/// - matches: whether it meets all of the request, filters too
/// - score: as a search would show it, 0 where the query does not score
/// - detail: the query clause by clause; what they score adds up to the score
public record ScoreExplanation(
        DocumentKey key, boolean matches, double score, Value.Obj detail, long generation) {

    /// The visible document of a key; empty when there is none.
    static Optional<ScoreExplanation> of(
            IndexSnapshot snapshot, SearchRequest request, DocumentKey key) {
        MatchStatistics statistics =
                MatchStatistics.of(snapshot.segments(), List.of(request.condition()));
        for (SegmentView view : snapshot.segments()) {
            int document = view.reader().find(key);
            if (document < 0 || view.deleted().contains(document)) {
                continue;
            }
            Explainer explainer = new Explainer(view.reader(), statistics, document);
            if (request.visible().isPresent() && !explainer.meets(request.visible().get())) {
                return Optional.empty();
            }
            Query query = request.query().orElseGet(Query.All::new);
            return Optional.of(
                    new ScoreExplanation(
                            key,
                            explainer.meets(request.condition()),
                            (float) explainer.score(query),
                            explainer.explain(query),
                            snapshot.commit().generation()));
        }
        return Optional.empty();
    }

    /// Explains clauses for one document.
    private record Explainer(SegmentReader segment, MatchStatistics statistics, int document) {

        boolean meets(Query query) {
            return new FilterPlanner(segment, statistics)
                    .plan(query)
                    .documents(MutableRoaringBitmap.bitmapOf(document))
                    .contains(document);
        }

        /// What a clause adds to the score.
        double score(Query query) {
            if (!query.scores() || !meets(query)) {
                return 0;
            }
            return Math.max(
                    0,
                    DocumentScorer.of(
                                    query,
                                    segment,
                                    statistics,
                                    () -> MutableRoaringBitmap.bitmapOf(document))
                            .score(document));
        }

        Value.Obj explain(Query query) {
            Map<String, Value> members = new LinkedHashMap<>();
            members.put(
                    "clause", Value.of(query.getClass().getSimpleName().toLowerCase(Locale.ROOT)));
            members.put("matches", Value.of(meets(query)));
            members.put("score", Value.of(score(query)));
            switch (query) {
                case Query.Match match -> {
                    members.put("field", Value.of(match.field().path()));
                    members.put("terms", new Value.Array(terms(match)));
                }
                case Query.Phrase phrase -> {
                    members.put("field", Value.of(phrase.field().path()));
                    members.put("weight", Value.of((double) statistics.of(phrase).weight()));
                }
                default -> {
                    if (!query.inner().isEmpty()) {
                        members.put("clauses", all(query.inner()));
                    }
                }
            }
            return new Value.Obj(members);
        }

        private Value.Array all(List<Query> clauses) {
            return new Value.Array(clauses.stream().<Value>map(this::explain).toList());
        }

        private List<Value> terms(Query.Match match) {
            TermsReader terms = segment.textTerms(match.field().path());
            PostingsReader postings = segment.postings(match.field().path());
            List<Value> explained = new ArrayList<>();
            if (terms == null || postings == null || !meets(match)) {
                return explained;
            }
            MatchStatistics.WeightedMatch weighted = statistics.of(match);
            byte norm = postings.norm(document);
            for (WeightedTerm term : weighted.terms()) {
                PostingsReader.Cursor cursor = term.cursor(segment, terms, postings);
                if (cursor == null || cursor.advance(document) != document) {
                    continue;
                }
                float score = weighted.bm25().score(term.weight(), cursor.frequency(), norm);
                float boost = match.boost() * match.terms().get(term.slot()).times();
                Map<String, Value> members = new LinkedHashMap<>();
                members.put("term", Value.of(text(term)));
                members.put("score", Value.of((double) score));
                members.put("boost", Value.of((double) boost));
                members.put("idf", Value.of((double) (term.weight() / boost)));
                // A word without any likeness weighs nothing.
                float tf = term.weight() == 0 ? 0 : score / term.weight();
                members.put("tf", Value.of((double) tf));
                members.put("frequency", Value.of((long) cursor.frequency()));
                members.put("length", Value.of((long) SmallFloat.byte4ToInt(norm)));
                explained.add(new Value.Obj(members));
            }
            return explained;
        }

        private static String text(WeightedTerm term) {
            return switch (term) {
                case WeightedTerm.Word word -> new String(word.utf8(), StandardCharsets.UTF_8);
                case WeightedTerm.Spellings spellings ->
                        String.join(
                                "|",
                                spellings.utf8().stream()
                                        .map(utf8 -> new String(utf8, StandardCharsets.UTF_8))
                                        .toList());
                case WeightedTerm.Beginning _ -> "*";
            };
        }
    }
}
