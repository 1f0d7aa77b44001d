package io.millrace.search;

import io.millrace.segment.PostingsReader;
import io.millrace.segment.PostingsReader.PositionCursor;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds out how often a phrase stands in documents of one segment, asked for in rising order. A
/// segment that does not know where its terms stand has the stored text cut into terms again.
/// Confined to one search.
final class PhraseMatcher {
    private final Query.Phrase phrase;
    private final PhrasePositions together;

    /// By word and spelling; null when the segment does not know positions.
    private final @Nullable List<List<Walk>> walks;

    private final @Nullable StoredTerms stored;

    private int[] positions = new int[16];
    private int count;

    /// Walks one term. Confined to one search.
    private static final class Walk {
        final PositionCursor cursor;
        int document = -1;
        int[] positions = new int[16];

        Walk(PositionCursor cursor) {
            this.cursor = cursor;
        }
    }

    PhraseMatcher(Query.Phrase phrase, SegmentReader segment) {
        this.phrase = phrase;
        together = PhrasePositions.of(phrase);
        walks = walks(phrase, segment);
        stored = walks == null ? new StoredTerms(segment, phrase.field()) : null;
    }

    /// As [SearchBudget#spend] counts: cutting a stored text into terms takes long.
    int stepsPerDocument() {
        return stored == null ? 4 : 1_024;
    }

    private static @Nullable List<List<Walk>> walks(Query.Phrase phrase, SegmentReader segment) {
        TermsReader terms = segment.textTerms(phrase.field().path());
        PostingsReader postings = segment.postings(phrase.field().path());
        List<List<Walk>> walks = new ArrayList<>();
        for (PhraseWord word : phrase.words()) {
            List<Walk> ofWord = new ArrayList<>();
            for (String spelling : word.spellings()) {
                int ordinal =
                        terms == null ? -1 : terms.find(spelling.getBytes(StandardCharsets.UTF_8));
                if (postings != null && ordinal >= 0) {
                    PositionCursor cursor = postings.positionCursor(ordinal);
                    if (cursor == null) {
                        return null;
                    }
                    ofWord.add(new Walk(cursor));
                }
            }
            walks.add(ofWord);
        }
        return walks;
    }

    /// How often the phrase is there; where its words may be apart, the farther the less. 0 when it
    /// is not there.
    float frequency(int document) {
        if (stored != null) {
            stored.read(document);
        }
        for (int word = 0; word < phrase.words().size(); word++) {
            count = 0;
            if (walks != null) {
                collect(walks.get(word), document);
            } else if (stored != null) {
                positions = stored.positions(phrase.words().get(word).spellings());
                count = positions.length;
            }
            if (count == 0) {
                return 0;
            }
            together.set(word, positions, count);
        }
        return together.frequency();
    }

    private void collect(List<Walk> spellings, int document) {
        for (Walk walk : spellings) {
            if (walk.document < document) {
                walk.document = walk.cursor.advance(document);
            }
            if (walk.document != document) {
                continue;
            }
            int frequency = walk.cursor.frequency();
            walk.positions = walk.cursor.positions(walk.positions);
            if (positions.length < count + frequency) {
                positions = Arrays.copyOf(positions, Math.max(count + frequency, 2 * count));
            }
            System.arraycopy(walk.positions, 0, positions, count, frequency);
            count += frequency;
        }
        if (spellings.size() > 1) {
            Arrays.sort(positions, 0, count);
        }
    }
}
