package io.millrace.search;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.PostingsReader;
import io.millrace.segment.TermWindow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the matching documents of one segment with the best scores, where a score is the sum over
/// a few words. Most documents are dropped 64 at a time, by which words they hold and which of them
/// more than once; a document is scored when that, and its length, let it be among the best.
///
/// What drops a document is its bound: the same sum in the same order with numbers that are not
/// below its own. Rounding keeps the order of numbers, so that a bound is never below the score.
///
/// Heap: that of [TermWindow] for each word. Confined to one search.
final class BestMatches {

    /// A query of more words is not worth so much memory.
    static final int WORDS_MAX = 16;

    private static final int GROUP_WORDS = PostingsReader.NORM_GROUP / Long.SIZE;
    private static final int GROUPS = DocumentWindow.DOCUMENTS / PostingsReader.NORM_GROUP;

    private final SegmentMatches matches;
    private final BestScores best;
    private final @Nullable PageStart start;
    private final int segmentOrdinal;
    private final SearchBudget budget = SearchBudget.current();
    private final PostingsReader postings;
    private final ScoreBounds bounds;
    private final List<MatchScorer.Word> words;
    private final DocumentSet[] sets;
    private final TermWindow[] terms;
    private final WordPresence presence;
    private final int documentCount;

    /// Each of the words alone is enough.
    private final boolean isAnyEnough;

    /// The words tell which documents match, but for deleted ones.
    private final boolean isDecidedByWords;

    /// Of the word that is followed, by level: what it takes of the one beside.
    private final int[] least = new int[TermWindow.LEVELS];

    private final int[] batch;
    private final int[] places;
    private final byte[] norms;
    private final RankedHit next = new RankedHit(1);

    /// Scores at or below it are dropped.
    private float floor;

    /// @param start null for the first page
    BestMatches(
            MatchScorer scorer,
            List<MatchScorer.Word> words,
            SegmentMatches matches,
            BestScores best,
            @Nullable PageStart start,
            SegmentRanks ranks) {
        this.matches = matches;
        this.best = best;
        this.start = start;
        this.segmentOrdinal = ranks.segmentOrdinal();
        this.documentCount = ranks.documentCount();
        this.postings = scorer.postings();
        ScoredBatch scored = matches.scratch().scored;
        this.batch = scored.few;
        this.places = scored.places;
        this.norms = scored.norms;
        int required = scorer.required(words);
        this.bounds = new ScoreBounds(scorer.bm25(), words, required);
        this.isAnyEnough = required == 0;
        this.isDecidedByWords =
                matches.condition().equals(scorer.match()) && scorer.isDecidedBy(words);
        this.terms = new TermWindow[words.size()];
        this.words = words;
        this.sets = new DocumentSet[words.size()];
        for (int i = 0; i < terms.length; i++) {
            sets[i] = scorer.terms().set(words.get(i).ordinal());
            terms[i] = matches.scratch().term(i);
            open(i);
        }
        this.presence = new WordPresence(sets, matches.scratch());
    }

    private void open(int word) {
        terms[word].open(sets[word], postings, words.get(word).ordinal());
    }

    void find() {
        raiseBySure();
        floor = best.floor();
        for (int i = 0; i < matches.windowCount(); i++) {
            budget.check();
            if (!enter(i)) {
                continue;
            }
            int rarest = isDecidedByWords ? rarestNeeded() : -1;
            if (rarest >= 0 && terms[rarest].isListed()) {
                follow(i, rarest);
            } else if (isDecidedByWords && (rarest >= 0 || held() > ScoredBatch.FEW)) {
                lookAtGroups(i, null);
            } else if (isDecidedByWords && areListed()) {
                followBoth(i);
            } else {
                DocumentWindow found = matches.load(i, presence.needed(bounds, floor));
                if (found.isListed() || found.cardinality() <= ScoredBatch.FEW) {
                    lookAtAll(i, found);
                } else {
                    lookAtGroups(i, found);
                }
            }
        }
    }

    /// Before the first hits are found, few documents could be dropped.
    private void raiseBySure() {
        int rarest = 0;
        for (int t = 1; t < sets.length; t++) {
            rarest = sets[t].cardinality() < sets[rarest].cardinality() ? t : rarest;
        }
        if (best.floor() < 0
                && start == null
                && isDecidedByWords
                && isAnyEnough
                && best.limit() <= SureScores.DOCUMENTS_MAX
                && sets[rarest].cardinality() >= best.limit()
                && sets[rarest].cardinality() <= documentCount / SureScores.RARE) {
            best.raise(
                    SureScores.floor(
                            bounds, rarest, terms[rarest], postings, matches, best.limit()));
            open(rarest);
        }
    }

    /// False when no document of a window can be among the best.
    private boolean enter(int window) {
        for (int t = 0; t < terms.length; t++) {
            terms[t].enter(window);
            bounds.limit(t, terms[t].frequencyMax());
        }
        if (!bounds.isPossible()) {
            return false;
        }
        return bounds.enter(postings.leastNormOfWindow(window), floor);
    }

    /// How many groups a window has.
    private int groups(int window) {
        int left = documentCount - window * DocumentWindow.DOCUMENTS;
        return Math.min(GROUPS, Math.ceilDiv(left, PostingsReader.NORM_GROUP));
    }

    /// Of the words that are needed all, the one that the fewest documents of the window hold; -1
    /// when none is.
    private int rarestNeeded() {
        int rarest = -1;
        for (int t = 0; t < terms.length; t++) {
            if (isNeeded(t) && (rarest < 0 || terms[t].count() < terms[rarest].count())) {
                rarest = t;
            }
        }
        return rarest;
    }

    /// How many documents of the window hold a word, at most.
    private int held() {
        int sum = 0;
        for (TermWindow term : terms) {
            sum += term.count();
        }
        return sum;
    }

    /// Looks at the documents of one word, which is needed.
    private void follow(int window, int word) {
        int base = window * DocumentWindow.DOCUMENTS;
        TermWindow followed = terms[word];
        int beside = bounds.strongestBeside(word);
        int count = followed.count();
        float floorBefore = -2;
        for (int from = 0; from < count; from += Long.SIZE) {
            if (floor != floorBefore) {
                bounds.raise(floor);
                findLeast(word, beside);
                floorBefore = floor;
            }
            int next = Math.min(Long.SIZE, count - from);
            long ranks = candidates(followed, from, next, beside);
            for (int t = 0; t < terms.length && ranks != 0; t++) {
                if (t != word && t != beside && isNeeded(t)) {
                    ranks &= followed.heldToo(from, next, terms[t], 1);
                }
            }
            budget.spend(1 + Long.bitCount(ranks));
            ranks = shortOnes(base, followed, from, ranks);
            for (; ranks != 0; ranks &= ranks - 1) {
                int at = Long.numberOfTrailingZeros(ranks);
                score(base, followed.seek(from + at), norms[at]);
            }
        }
    }

    /// Of the next documents of a word, a bit for each, those that are not too long. That norms are
    /// read before anything is made of them lets the processor wait for several at a time.
    private long shortOnes(int base, TermWindow followed, int from, long ranks) {
        int normMax = bounds.normMax();
        long kept = ranks;
        for (long left = ranks; left != 0; left &= left - 1) {
            int at = Long.numberOfTrailingZeros(left);
            norms[at] = postings.norm(base + followed.place(from + at));
            kept &= ~((normMax - (norms[at] & 0xFF) >>> Integer.SIZE - 1 & 1L) << at);
        }
        return kept;
    }

    /// @param beside below 0 when there is one word only
    private void findLeast(int word, int beside) {
        for (int level = 1; level < TermWindow.LEVELS; level++) {
            least[level] =
                    beside >= 0
                            ? bounds.leastBeside(word, level, beside)
                            : bounds.leastAlone(word, word) <= level ? 0 : TermWindow.LEVELS;
        }
    }

    /// A bit for each of the next documents of a word that can be among the best, by its level and
    /// that of another word.
    private long candidates(TermWindow followed, int from, int next, int beside) {
        long ranks = 0;
        for (int level = 1; level < TermWindow.LEVELS; level++) {
            if (least[level] == TermWindow.LEVELS
                    || level > 1 && least[level] == least[level - 1]) {
                continue;
            }
            long bits = level == 1 ? -1L >>> -next : followed.heldByRank(level)[from / Long.SIZE];
            if (least[level] > 0 && bits != 0) {
                bits &= followed.heldToo(from, next, terms[beside], least[level]);
            }
            ranks |= bits;
        }
        return ranks;
    }

    private boolean areListed() {
        return terms.length == 2 && terms[0].isListed() && terms[1].isListed();
    }

    /// Looks at the documents of either of two words. What holds one of them only has to be of a
    /// level that makes up for the other.
    private void followBoth(int window) {
        int base = window * DocumentWindow.DOCUMENTS;
        TermWindow a = terms[0];
        TermWindow b = terms[1];
        int atA = 0;
        int atB = 0;
        int leastA = 1;
        int leastB = 1;
        float floorBefore = floor;
        budget.spend(held());
        while (atA < a.count() || atB < b.count()) {
            if (floor != floorBefore) {
                bounds.raise(floor);
                leastA = bounds.leastAlone(0, 1);
                leastB = bounds.leastAlone(1, 0);
                floorBefore = floor;
            }
            int placeA = atA < a.count() ? a.place(atA) : Integer.MAX_VALUE;
            int placeB = atB < b.count() ? b.place(atB) : Integer.MAX_VALUE;
            if (placeA == placeB
                    || (placeA < placeB ? isOfLevel(a, atA, leastA) : isOfLevel(b, atB, leastB))) {
                lookAt(base, Math.min(placeA, placeB));
            }
            atA += placeA <= placeB ? 1 : 0;
            atB += placeB <= placeA ? 1 : 0;
        }
    }

    private static boolean isOfLevel(TermWindow term, int rank, int level) {
        return level == 1
                || level < TermWindow.LEVELS
                        && (term.heldByRank(level)[rank / Long.SIZE] >>> rank & 1) != 0;
    }

    private boolean isNeeded(int word) {
        return (bounds.needed() >>> word & 1) != 0;
    }

    private void lookAtAll(int window, DocumentWindow found) {
        int base = window * DocumentWindow.DOCUMENTS;
        int place = 0;
        int count;
        do {
            count = found.places(place, batch);
            budget.spend(count);
            for (int at = 0; at < count; at++) {
                lookAt(base, batch[at]);
            }
            bounds.raise(floor);
            place = count == 0 ? place : batch[count - 1] + 1;
        } while (count == batch.length);
    }

    /// @param found null where the words decide which documents match
    private void lookAtGroups(int window, @Nullable DocumentWindow found) {
        int base = window * DocumentWindow.DOCUMENTS;
        for (int group = 0; group < groups(window); group++) {
            int least = postings.leastNorm(window * GROUPS + group);
            if (!bounds.enter(least, floor)) {
                continue;
            }
            int from = group * GROUP_WORDS;
            long[] masks = bounds.candidates(terms, found, from, GROUP_WORDS);
            int normMax = bounds.normMax();
            int count = 0;
            // All norms first, as above.
            for (int i = 0; i < GROUP_WORDS; i++) {
                int place = (from + i) << 6;
                for (long word = masks[i]; word != 0; word &= word - 1) {
                    places[count] = place + Long.numberOfTrailingZeros(word);
                    norms[count] = postings.norm(base + places[count]);
                    count += (norms[count] & 0xFF) <= normMax ? 1 : 0;
                }
            }
            budget.spend(GROUP_WORDS + count);
            for (int i = 0; i < count; i++) {
                score(base, places[i], norms[i]);
            }
        }
    }

    private void lookAt(int base, int place) {
        byte norm = postings.norm(base + place);
        if ((norm & 0xFF) <= bounds.normMax()) {
            score(base, place, norm);
        }
    }

    private void score(int base, int place, byte norm) {
        int document = base + place;
        double sum = 0;
        for (int t = 0; t < terms.length; t++) {
            int frequency = terms[t].frequency(place);
            if (frequency > 0) {
                sum += bounds.score(t, frequency, norm);
            }
        }
        float score = (float) sum;
        if (score > floor
                && !(isDecidedByWords && matches.isDeleted(document))
                && isBehindStart(document, score)) {
            best.add(segmentOrdinal, document, score);
            floor = best.floor();
        }
    }

    private boolean isBehindStart(int document, float score) {
        if (start == null) {
            return true;
        }
        BestRanks.load(segmentOrdinal, document, BestScores.rankOf(score), next);
        return start.isBefore(next);
    }
}
