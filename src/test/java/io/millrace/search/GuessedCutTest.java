package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Checkpoint;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.CommitKind;
import io.millrace.index.CommitPoint;
import io.millrace.index.SegmentView;
import io.millrace.segment.SegmentReader;
import io.millrace.testing.Seeded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Guessed or not, and whether the guess was good: the first hits of several segments are those of
/// all documents.
class GuessedCutTest {
    private static final Field KIND = Field.of("kind", FieldType.LONG);
    private static final Field LEVEL = Field.of("level", FieldType.LONG);
    private static final Schema SCHEMA =
            new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.LONG), KIND, LEVEL));

    /// So many that a guess is worth it.
    private static final List<Integer> SIZES = List.of(40_000, 90_000, 3_000, 60_000);

    /// Documents of it are in every part alike, eight in a hundred.
    private static final int EVENLY = 0;

    /// As many, nearly all of which have the lowest levels there are: a walk from above is given
    /// up.
    private static final int LOW = 1;

    /// As many, but in one segment only.
    private static final int IN_LARGEST = 2;

    private static final int IN_SMALLER = 3;
    private static final int OTHERS = 4;

    private static final int MANY = 100_000;
    private static final int LIMIT = 50;

    private WrittenSegments written;

    @BeforeEach
    void open(@TempDir Path folder) {
        written = new WrittenSegments(folder, SCHEMA);
    }

    /// @param level null when it has none
    private record Plain(int id, int segment, int kind, @Nullable Integer level) {}

    @AfterEach
    void closeAll() {
        written.close();
    }

    @Test
    void theFirstHitsAreThoseOfAllDocumentsWhereverTheyLie() {
        Seeded.repeat(
                1,
                random -> {
                    for (int levels : List.of(400, MANY)) {
                        assertSamePages(new Plan(true, levels), random);
                        assertSamePages(new Plan(false, levels), random);
                    }
                });
    }

    private void assertSamePages(Plan plan, RandomGenerator random) {
        List<Plain> live = new ArrayList<>();
        Searcher searcher = searcher(segments(random, plan, live), live.size());
        // A walk that is given up, if levels are many.
        Asked low = new Asked(LOW, true, false, false);
        assertSamePages(searcher, low, answer(live, low), LIMIT, false);
        Map<Asked, List<Integer>> answers = new HashMap<>();
        for (int i = 0; i < 30; i++) {
            assertSamePages(searcher, live, answers, random);
        }
    }

    /// The largest segment comes second; in the first, everything that matches has the last rank
    /// that a hit has.
    @Test
    void documentsOfTheLastRankAreComparedByTheNextKey() {
        List<Plain> live = new ArrayList<>();
        List<List<Plain>> all = List.of(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < 140_000; i++) {
            boolean isSecond = i >= 70_000;
            int kind = i % 65 == 0 ? EVENLY : OTHERS;
            int level = kind == EVENLY ? 5 : i % 140 == 1 && isSecond ? 4 : 6 + i % 50;
            all.get(isSecond ? 1 : 0).add(new Plain(i, isSecond ? 1 : 0, kind, level));
        }
        List<SegmentView> segments = new ArrayList<>();
        for (List<Plain> documents : all) {
            segments.add(new SegmentView(written(documents), new MutableRoaringBitmap()));
            live.addAll(documents);
        }
        Asked asked = new Asked(EVENLY, false, false, true);

        assertSamePages(searcher(segments, live.size()), asked, answer(live, asked), 100, true);
    }

    @Test
    void aLittleMoreAreBelowTheGuessThanAreWanted() {
        List<Plain> live = new ArrayList<>();
        // Of one seed: what is expected holds for nearly all others, not for every one.
        List<SegmentView> segments = segments(new SplittableRandom(1), new Plan(true, MANY), live);
        assertGuesses(segments, live);
    }

    private static void assertGuesses(List<SegmentView> segments, List<Plain> live) {
        long cut = guess(segments, EVENLY, true);
        long below =
                live.stream()
                        .filter(each -> each.kind == EVENLY && each.level != null)
                        .filter(each -> rank(each) < cut)
                        .count();
        assertTrue(below >= LIMIT && below < 3 * LIMIT, below + " below the cut");
        // Nothing is known of what lies in other segments.
        assertTrue(guess(segments, IN_LARGEST, true) != GuessedCut.NONE);
        assertEquals(GuessedCut.NONE, guess(segments, IN_SMALLER, true));
        // Of most documents enough are found at once.
        assertEquals(GuessedCut.NONE, guess(segments, OTHERS, false));
    }

    private static long rank(Plain document) {
        return ~(long) Objects.requireNonNull(document.level);
    }

    private static long guess(List<SegmentView> segments, int kind, boolean descending) {
        SortOrder order = order(descending);
        SegmentRanks[] ranks = new SegmentRanks[segments.size()];
        for (int i = 0; i < ranks.length; i++) {
            ranks[i] = new SegmentRanks(order, segments.get(i).reader(), i, null);
        }
        Query condition = new Query.Eq(KIND, Value.of(kind));
        SegmentView largest = segments.get(1);
        SegmentMatches matches =
                new SegmentMatches(
                        condition,
                        true,
                        largest,
                        new FilterPlanner(
                                        largest.reader(),
                                        MatchStatistics.of(segments, List.of(condition)))
                                .plan(condition),
                        new Windows());
        return new GuessedCut(ranks, LIMIT).of(matches, 1);
    }

    private static SortOrder order(boolean descending) {
        return SortOrder.of(
                SearchRequest.builder().sort(List.of(new SortKey("level", descending))).build(),
                SCHEMA);
    }

    /// @param lastFirst documents of one level come in falling order of their keys
    private record Asked(int kind, boolean descending, boolean missingFirst, boolean lastFirst) {}

    private static void assertSamePages(
            Searcher searcher,
            List<Plain> live,
            Map<Asked, List<Integer>> answers,
            RandomGenerator random) {
        boolean isByKey = random.nextInt(3) == 0;
        Asked asked =
                new Asked(
                        random.nextInt(OTHERS + 1),
                        random.nextBoolean(),
                        random.nextInt(4) == 0,
                        isByKey && random.nextBoolean());
        List<Integer> expected = answers.computeIfAbsent(asked, _ -> answer(live, asked));
        assertSamePages(searcher, asked, expected, 1 + random.nextInt(60), isByKey);
    }

    private static void assertSamePages(
            Searcher searcher, Asked asked, List<Integer> expected, int limit, boolean isByKey) {
        SortKey byLevel =
                new SortKey("level", asked.descending, asked.missingFirst, asked.descending);
        List<SortKey> keys =
                isByKey
                        ? List.of(byLevel, new SortKey(SortKey.KEY, asked.lastFirst))
                        : List.of(byLevel);
        SearchRequest.Builder request =
                SearchRequest.builder()
                        .filter(new Query.Eq(KIND, Value.of(asked.kind)))
                        .fields(List.of())
                        .isCounted(limit % 2 == 0)
                        .sort(keys)
                        .limit(limit);
        List<Integer> found = new ArrayList<>();
        Optional<HitPlace> last = Optional.empty();
        for (int page = 0; page < 3 && (page == 0 || last.isPresent()); page++) {
            last.ifPresent(request::after);
            SearchResult result = searcher.search(request.build());
            for (SearchResult.Hit hit : result.hits()) {
                found.add(Integer.parseInt(hit.key().toString()));
            }
            result.total().ifPresent(total -> assertEquals(expected.size(), total));
            last = result.last();
        }
        assertEquals(
                expected.subList(0, Math.min(expected.size(), 3 * limit)),
                found,
                "%s by %s, pages of %d".formatted(asked, keys, limit));
    }

    private static List<Integer> answer(List<Plain> live, Asked asked) {
        return live.stream()
                .filter(each -> each.kind == asked.kind)
                .sorted(comparator(asked))
                .map(Plain::id)
                .toList();
    }

    private static Comparator<Plain> comparator(Asked asked) {
        Comparator<Integer> levels = Comparator.naturalOrder();
        Comparator<Integer> ordered = asked.descending ? levels.reversed() : levels;
        Comparator<Plain> ids = Comparator.comparingInt(Plain::id);
        return Comparator.comparing(
                        Plain::level,
                        asked.missingFirst
                                ? Comparator.nullsFirst(ordered)
                                : Comparator.nullsLast(ordered))
                .thenComparing(asked.lastFirst ? ids.reversed() : ids);
    }

    /// @param isOneEach every document has a level
    /// @param levels how many there are
    private record Plan(boolean isOneEach, int levels) {}

    /// Ids rise with the segments, as ties are broken.
    private List<SegmentView> segments(RandomGenerator random, Plan plan, List<Plain> live) {
        List<SegmentView> segments = new ArrayList<>();
        int id = 0;
        for (int segment = 0; segment < SIZES.size(); segment++) {
            List<Plain> documents = new ArrayList<>();
            for (int i = 0; i < SIZES.get(segment); i++) {
                documents.add(plain(random, id++, segment, plan));
            }
            MutableRoaringBitmap deleted = new MutableRoaringBitmap();
            IntStream.range(0, documents.size())
                    .filter(_ -> random.nextInt(10) == 0)
                    .forEach(deleted::add);
            segments.add(new SegmentView(written(documents), deleted));
            IntStream.range(0, documents.size())
                    .filter(i -> !deleted.contains(i))
                    .forEach(i -> live.add(documents.get(i)));
        }
        return segments;
    }

    private static Plain plain(RandomGenerator random, int id, int segment, Plan plan) {
        int kind = random.nextInt(3) == 0 ? random.nextInt(OTHERS) : OTHERS;
        if (kind == IN_LARGEST && segment != 1 || kind == IN_SMALLER && segment == 1) {
            kind = OTHERS;
        }
        boolean isLow = kind == LOW && random.nextInt(20) > 0;
        int level = isLow ? random.nextInt(plan.levels / 10) : random.nextInt(plan.levels);
        return new Plain(
                id, segment, kind, !plan.isOneEach && random.nextInt(10) == 0 ? null : level);
    }

    private SegmentReader written(List<Plain> documents) {
        return written.write(
                documents.getFirst().id, documents.stream().map(GuessedCutTest::members));
    }

    private static Value.Obj members(Plain document) {
        Map<String, Value> members = new TreeMap<>();
        members.put("kind", Value.of(document.kind));
        if (document.level != null) {
            members.put("level", Value.of(document.level));
        }
        return new Value.Obj(members);
    }

    private static Searcher searcher(List<SegmentView> segments, int live) {
        return new Searcher(
                SCHEMA,
                new CommitPoint(1, 1, CommitKind.INDEX, Checkpoint.EMPTY, segments.size(), live, 0),
                segments,
                new SearchMemory());
    }
}
