package io.millrace.search;

import io.millrace.segment.DocumentWindow;
import io.millrace.segment.PostingsReader;
import io.millrace.segment.TermWindow;

/// A score that as many documents as are wanted have for sure, since one word that is in few
/// documents gives them as much: known before any other document is looked at. Confined to one
/// search.
final class SureScores {
    /// More documents of the word are not looked at: where more are wanted, nothing is sure.
    static final int DOCUMENTS_MAX = 512;

    /// A word in more than one of so many documents is met often enough as it is.
    static final int RARE = 32;

    private SureScores() {}

    /// The floor that leaves room for those documents; that of `best` when there are too few.
    ///
    /// @param word whose documents match if they are not deleted; its window is left where it gets
    static float floor(
            ScoreBounds bounds,
            int word,
            TermWindow term,
            PostingsReader postings,
            SegmentMatches matches,
            int wanted) {
        BestScores best = new BestScores(new BestRanks(wanted));
        int looked = 0;
        for (int i = 0; i < matches.windowCount() && looked < DOCUMENTS_MAX; i++) {
            term.enter(i);
            SearchBudget.current().spend(term.count());
            for (int rank = 0; term.isListed() && rank < term.count(); rank++) {
                int place = term.seek(rank);
                int document = i * DocumentWindow.DOCUMENTS + place;
                if (!matches.isDeleted(document)) {
                    float score =
                            bounds.score(word, term.frequency(place), postings.norm(document));
                    if (score > best.floor()) {
                        best.add(0, document, score);
                    }
                }
                looked++;
            }
        }
        // Documents of just this score are welcome.
        return Math.nextDown(best.floor());
    }
}
