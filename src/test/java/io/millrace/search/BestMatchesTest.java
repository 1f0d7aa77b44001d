package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Checkpoint;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.CommitKind;
import io.millrace.index.CommitPoint;
import io.millrace.index.SegmentView;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermWindow;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// The best of many documents are found by bounds as if every one of them were scored, which is
/// what an order by score and key does. Keys rise with the documents, so that both break ties
/// alike.
class BestMatchesTest {
    private static final Field TEXT = Field.of("text", FieldType.TEXT).withAnalyzer("whitespace");
    private static final Field KIND = Field.of("kind", FieldType.LONG);
    private static final Schema SCHEMA =
            new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.LONG), TEXT, KIND));
    private static final int WORDS = 18;

    /// Documents that hold a word of their own stand side by side.
    private static final String NEIGHBOURS = "neighbours";

    @TempDir Path folder;

    @Test
    void theBestAreThoseOfAllThatAreScored() {
        Seeded.repeat(
                1,
                random -> {
                    List<SegmentView> segments = new ArrayList<>();
                    int documents = 0;
                    // Two windows, one, and less than a group.
                    for (int size : List.of(68_000, 4_000, 700)) {
                        segments.add(segment(random, documents, size, segments.size()));
                        documents += size;
                    }
                    SearchMemory memory = new SearchMemory();
                    Windows kept = memory.take();
                    TermWindow first = kept.term(0);
                    memory.giveBack(kept);
                    Searcher searcher = searcher(segments, memory);
                    int hits = 0;
                    for (int i = 0; i < 80; i++) {
                        hits += assertSameHits(searcher, query(random), random);
                    }
                    assertTrue(hits > 500, hits + " hits");
                    segments.forEach(segment -> segment.reader().close());
                    // Nothing that is kept for the next search leads into a closed segment.
                    assertSame(kept, memory.take());
                    assertSame(first, kept.term(0));
                    first.enter(0);
                    assertEquals(0, first.count());
                });
    }

    @Test
    void pagesBehindEachOtherAreTheBestOfAll() {
        Seeded.repeat(
                1,
                random -> {
                    List<SegmentView> segments =
                            List.of(segment(random, 0, 3_000, 0), segment(random, 3_000, 2_000, 1));
                    Searcher searcher = searcher(segments);
                    for (int i = 0; i < 10; i++) {
                        Query query = query(random);
                        SearchRequest.Builder all = request(query).limit(60);
                        List<String> expected =
                                hits(searcher.search(all.sort(scoredFirst()).build()));
                        List<String> found = new ArrayList<>();
                        Optional<HitPlace> last = Optional.empty();
                        do {
                            SearchRequest.Builder page = request(query).limit(12);
                            last.ifPresent(page::after);
                            SearchResult result = searcher.search(page.build());
                            found.addAll(hits(result));
                            last = result.last();
                        } while (found.size() < expected.size());
                        assertEquals(expected, found, query.toString());
                    }
                    segments.forEach(segment -> segment.reader().close());
                });
    }

    /// As many as have bounds, one more, several that say the same, and more hits than one rare
    /// word can promise.
    @Test
    void unusualQueriesFindTheBestOfAllThatAreScored() {
        Seeded.repeat(
                1,
                random -> {
                    List<SegmentView> segments =
                            List.of(segment(random, 0, 40_000, 0), segment(random, 40_000, 900, 1));
                    Searcher searcher = searcher(segments);
                    for (int count : List.of(BestMatches.WORDS_MAX, BestMatches.WORDS_MAX + 1)) {
                        List<List<String>> each = new ArrayList<>();
                        for (int word = 0; word < count; word++) {
                            each.add(List.of("word" + word));
                        }
                        assertSameHits(searcher, any(1, each), 12);
                        assertSameHits(searcher, any(2, each), 12);
                    }
                    List<List<String>> twice =
                            List.of(List.of("word3"), List.of("word5"), List.of("word3"));
                    List<List<String>> spellings =
                            List.of(List.of("word2", "word6"), List.of("word4"));
                    for (int required = 1; required <= 2; required++) {
                        assertSameHits(searcher, any(required, twice), 12);
                        assertSameHits(searcher, any(required, spellings), 12);
                    }
                    // Word 8 is in about 740 documents, few enough to be asked what it gives for
                    // sure.
                    List<List<String>> rare = List.of(List.of("word1"), List.of("word8"));
                    for (int limit : List.of(400, SureScores.DOCUMENTS_MAX - 1, 600)) {
                        assertSameHits(searcher, any(1, rare), limit);
                    }
                    segments.forEach(segment -> segment.reader().close());
                });
    }

    private static Query any(int required, List<List<String>> spellings) {
        List<TextTerm> terms = new ArrayList<>();
        spellings.forEach(each -> terms.add(new TextTerm.Word(each, 1)));
        return new Query.Match(TEXT, terms, required, 1);
    }

    private static void assertSameHits(Searcher searcher, Query query, int limit) {
        SearchResult expected =
                searcher.search(request(query).limit(limit).sort(scoredFirst()).build());
        SearchResult found = searcher.search(request(query).limit(limit).build());
        assertEquals(limit, found.hits().size(), query.toString());
        assertEquals(hits(expected), hits(found), query.toString());
    }

    private static int assertSameHits(Searcher searcher, Query query, RandomGenerator random) {
        int limit = 1 + random.nextInt(random.nextInt(4) == 0 ? 300 : 12);
        int offset = random.nextInt(4) == 0 ? random.nextInt(20) : 0;
        boolean isFiltered = random.nextInt(3) == 0;
        Query filter = new Query.Eq(KIND, Value.of(random.nextInt(3)));
        SearchRequest.Builder bounded = request(query).limit(limit).offset(offset);
        SearchRequest.Builder scored = request(query).limit(limit).offset(offset);
        if (isFiltered) {
            bounded.filter(filter);
            scored.filter(filter);
        }
        SearchResult expected = searcher.search(scored.sort(scoredFirst()).build());
        SearchResult found = searcher.search(bounded.build());
        assertEquals(hits(expected), hits(found), query + (isFiltered ? " of " + filter : ""));
        assertEquals(expected.total(), found.total());
        return found.hits().size();
    }

    private static SearchRequest.Builder request(Query query) {
        return SearchRequest.builder().query(query).fields(List.of());
    }

    private static List<SortKey> scoredFirst() {
        return List.of(new SortKey(SortKey.SCORE, true), new SortKey(SortKey.KEY, false));
    }

    private static List<String> hits(SearchResult result) {
        return result.hits().stream().map(hit -> hit.key() + " " + hit.score()).toList();
    }

    /// One word to four of any frequency, of which one, some or all must be there.
    private static Query query(RandomGenerator random) {
        List<TextTerm> terms = new ArrayList<>();
        int count = 1 + random.nextInt(random.nextInt(3) == 0 ? 4 : 2);
        while (terms.size() < count) {
            String word = random.nextInt(10) == 0 ? NEIGHBOURS : "word" + random.nextInt(WORDS + 1);
            TextTerm term = new TextTerm.Word(List.of(word), 1 + random.nextInt(2));
            if (terms.stream().noneMatch(other -> other.toString().contains("[" + word + "]"))) {
                terms.add(term);
            }
        }
        int required = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(count);
        return new Query.Match(TEXT, terms, required, random.nextBoolean() ? 1 : 0.7f);
    }

    private static Searcher searcher(List<SegmentView> segments) {
        return searcher(segments, new SearchMemory());
    }

    private static Searcher searcher(List<SegmentView> segments, SearchMemory memory) {
        long live = segments.stream().mapToLong(SegmentView::liveCount).sum();
        return new Searcher(
                SCHEMA,
                new CommitPoint(1, 1, CommitKind.INDEX, Checkpoint.EMPTY, segments.size(), live, 0),
                segments,
                memory);
    }

    /// Word n is in about every 1.6^n-th document, mostly once; lengths are few, so that many
    /// scores are equal.
    private SegmentView segment(RandomGenerator random, int firstKey, int size, int ordinal)
            throws IOException {
        SegmentBuilder builder = new SegmentBuilder(SCHEMA);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) {
            text.setLength(0);
            for (int word = 0; word < WORDS; word++) {
                if (random.nextDouble() < Math.pow(1.6, -word - 0.5)) {
                    int times =
                            random.nextInt(4) > 0
                                    ? 1
                                    : 1 + random.nextInt(random.nextInt(200) == 0 ? 40 : 4);
                    text.append(("word" + word + " ").repeat(times));
                }
            }
            if (i > size / 3 && i < size / 2) {
                text.append(NEIGHBOURS).append(' ');
            }
            text.append("filling ".repeat(random.nextInt(4)));
            Value.Obj document =
                    new Value.Obj(
                            Map.of(
                                    "text", Value.of(text.toString()),
                                    "kind", Value.of(random.nextInt(3))));
            builder.add(
                    DocumentKey.of((long) firstKey + i),
                    firstKey + i,
                    builder.analyze(Document.of(document)));
        }
        MmapDirectory directory = MmapDirectory.open(Files.createTempDirectory(folder, "s"));
        SegmentReader reader =
                SegmentReader.open(
                        directory,
                        builder.write(directory, new SegmentId("%026d".formatted(ordinal))));
        MutableRoaringBitmap deleted = new MutableRoaringBitmap();
        for (int i = 0; i < size; i++) {
            if (ordinal != 1 && random.nextInt(9) == 0) {
                deleted.add(i);
            }
        }
        return new SegmentView(reader, deleted);
    }
}
