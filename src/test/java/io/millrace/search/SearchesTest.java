package io.millrace.search;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.DocumentKey;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.LeaseLimits;
import io.millrace.testing.Fuzzing;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Pages of a real index, by the cursor of the page before.
@ExtendWith(SilentEngine.class)
class SearchesTest {
    private static final Value.Obj BY_FELT =
            new Value.Obj(Map.of("sort", Value.of("-felt"), "limit", Value.of(3)));

    private final ManualClock clock = new ManualClock();
    private final Searches searches = new Searches(clock, clock, SearchOptions.DEFAULT);
    private final Random random = new Random(7);
    private final SortedMap<DocumentKey, Value.Obj> model = new TreeMap<>();

    @TempDir Path folder;
    private Index index;

    @BeforeEach
    void open() throws IOException {
        index = create();
        for (int i = 0; i < 3; i++) {
            QuakeIndex.change(index, model, random);
        }
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Test
    void pagesOfACursorAreOfTheGenerationOfTheFirst() {
        List<DocumentKey> whole = keys(search(with(BY_FELT, "limit", Value.of(10_000))));
        Searches.Page page = search(BY_FELT);
        long generation = page.result().commit().generation();
        List<DocumentKey> found = new ArrayList<>(keys(page));
        while (page.cursor() != null) {
            QuakeIndex.change(index, model, random);
            page = search(with(BY_FELT, "cursor", Value.of(page.cursor())));
            assertEquals(generation, page.result().commit().generation());
            found.addAll(keys(page));
        }

        assertEquals(whole, found);
        assertTrue(index.newestCommit().generation() > generation);
    }

    @Test
    void cursorOfAParameterIsThatOfABody() {
        Searches.Page first = search(Map.of("sort", List.of("-felt"), "limit", List.of("3")));
        assertEquals(search(BY_FELT).cursor(), first.cursor());

        Searches.Page second =
                search(
                        Map.of(
                                "sort", List.of("-felt"),
                                "limit", List.of("5"),
                                "fields", List.of("felt"),
                                "cursor", List.of(cursor(first))));
        assertEquals(keys(search(with(BY_FELT, "limit", Value.of(8)))).subList(3, 8), keys(second));
    }

    @Test
    void lastPageAndACountHaveNoCursor() {
        assertNull(search(with(BY_FELT, "limit", Value.of(0))).cursor());
        assertNull(search(with(BY_FELT, "limit", Value.of(model.size()))).cursor());
        assertNotNull(search(with(BY_FELT, "limit", Value.of(model.size() - 1))).cursor());
    }

    @Test
    void cursorOfAnotherSearchIsRefused() {
        Value cursor = Value.of(cursor(search(BY_FELT)));
        for (Value.Obj other :
                List.of(
                        with(BY_FELT, "sort", Value.of("felt")),
                        with(
                                BY_FELT,
                                "sort",
                                new Value.Array(List.of(Value.of("-felt"), Value.of("id")))),
                        with(BY_FELT, "filter", new Value.Obj(Map.of("exists", Value.of("felt")))),
                        with(BY_FELT, "query", new Value.Obj(Map.of("all", Value.Obj.EMPTY))))) {
            assertRefused("another search", other, cursor);
        }
        assertRefused("offset", with(BY_FELT, "offset", Value.of(1)), cursor);
        assertRefused("expected the cursor of an earlier answer", BY_FELT, Value.of("AAAA"));
        assertRefused("expected the cursor of an earlier answer", BY_FELT, Value.of(17));
        search(with(with(BY_FELT, "cursor", cursor), "limit", Value.of(1)));
    }

    @Test
    void cursorOfAnotherIndexIsRefusedAndThatOfAFormerLifeIsOver() {
        Cursor cursor = Cursor.decode("", cursor(search(BY_FELT)));

        assertRefused(
                "cursor of index moons, expected one of index quakes",
                BY_FELT,
                Value.of(
                        new Cursor(
                                        "moons",
                                        cursor.incarnation(),
                                        cursor.generation(),
                                        cursor.now(),
                                        cursor.order(),
                                        cursor.last())
                                .encoded()));
        assertOver(
                "made anew",
                new Cursor(
                                "quakes",
                                "00000000000000bb",
                                cursor.generation(),
                                cursor.now(),
                                cursor.order(),
                                cursor.last())
                        .encoded());
    }

    @Test
    void everyPageExtendsTheTimeOfTheNext() {
        Searches.Page page = search(BY_FELT);
        for (int i = 0; i < 4; i++) {
            QuakeIndex.change(index, model, random);
            clock.advance(Searches.PAGE_LEASE.minusMillis(1));
            page = search(with(BY_FELT, "cursor", Value.of(cursor(page))));
        }
        QuakeIndex.change(index, model, random);
        clock.advance(Searches.PAGE_LEASE.plusSeconds(2));

        assertOver("start again without the cursor", cursor(page));
    }

    @Test
    void cursorOfTheNewestGenerationIsNeverOver() {
        Searches.Page page = search(BY_FELT);
        clock.advance(Duration.ofHours(1));
        assertNotNull(search(with(BY_FELT, "cursor", Value.of(cursor(page)))).cursor());
    }

    @Test
    void manyFirstPagesLeaseAGenerationOnce() {
        index.limitLeases(new LeaseLimits(2, Long.MAX_VALUE, 0));
        for (int i = 0; i < 100; i++) {
            search(BY_FELT);
        }
        String oldest = cursor(search(BY_FELT));
        QuakeIndex.change(index, model, random);
        String older = cursor(search(BY_FELT));
        QuakeIndex.change(index, model, random);
        clock.advance(Duration.ofSeconds(2));
        search(BY_FELT);
        QuakeIndex.change(index, model, random);

        assertOver("start again", oldest);
        search(with(BY_FELT, "cursor", Value.of(older)));
    }

    @Test
    void aPageThatFindsNoRoomForALeaseIsAnsweredAllTheSame() {
        index.limitLeases(new LeaseLimits(0, Long.MAX_VALUE, 0));

        String cursor = cursor(search(BY_FELT));
        search(with(BY_FELT, "cursor", Value.of(cursor)));
        QuakeIndex.change(index, model, random);

        assertOver("start again", cursor);
        clock.advance(Duration.ofMinutes(2));
        assertTrue(!index.isHeld());
    }

    @Test
    void searchesLeaveNoSnapshotOpen() {
        search(BY_FELT);
        assertThrows(
                InvalidRequest.class, () -> search(with(BY_FELT, "sort", Value.of("nothing"))));
        search(with(BY_FELT, "cursor", Value.of(cursor(search(BY_FELT)))));
        clock.advance(Duration.ofMinutes(2));

        assertTrue(!index.isHeld());
    }

    /// Every cursor that can be made up is answered with a page or refused.
    @Test
    void madeUpCursorsAreRefused() {
        List<byte[]> corpus = new ArrayList<>();
        for (Value.Obj body :
                List.of(
                        BY_FELT,
                        with(BY_FELT, "sort", Value.of("status")),
                        new Value.Obj(Map.of("limit", Value.of(1))))) {
            corpus.add(Base64.getUrlDecoder().decode(cursor(search(body))));
        }
        Fuzzing.run(
                "cursor",
                corpus,
                SearchesTest::withChecksum,
                16 << 20,
                bytes -> {
                    String raw = new String(bytes, ISO_8859_1);
                    assertThrows(
                            InvalidRequest.class,
                            () -> search(with(BY_FELT, "cursor", Value.of(raw))));
                    String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
                    search(with(BY_FELT, "cursor", Value.of(encoded)));
                });
    }

    private static byte[] withChecksum(byte[] bytes) {
        byte[] repaired = bytes.clone();
        if (bytes.length > Integer.BYTES) {
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, bytes.length - Integer.BYTES);
            ByteBuffer.wrap(repaired).putInt(bytes.length - Integer.BYTES, (int) crc.getValue());
        }
        return repaired;
    }

    private void assertRefused(String message, Value.Obj body, Value cursor) {
        InvalidRequest refused =
                assertThrows(InvalidRequest.class, () -> search(with(body, "cursor", cursor)));
        assertEquals(InvalidRequest.Reason.MALFORMED, refused.reason());
        assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
    }

    private void assertOver(String message, String cursor) {
        InvalidRequest over =
                assertThrows(
                        InvalidRequest.class,
                        () -> search(with(BY_FELT, "cursor", Value.of(cursor))));
        assertEquals(InvalidRequest.Reason.GONE, over.reason());
        assertTrue(String.valueOf(over.getMessage()).contains(message), over.getMessage());
    }

    private Searches.Page search(Value.Obj body) {
        return searches.search(target(), body, searches.budget(Optional.empty()));
    }

    private Searches.Page search(Map<String, List<String>> parameters) {
        return searches.search(target(), parameters, searches.budget(Optional.empty()));
    }

    private SearchTarget target() {
        return new SearchTarget(index, Optional.empty(), OwnAnalyzers.NONE);
    }

    private static String cursor(Searches.Page page) {
        String cursor = page.cursor();
        assertNotNull(cursor);
        return cursor;
    }

    private static List<DocumentKey> keys(Searches.Page page) {
        return page.result().hits().stream().map(SearchResult.Hit::key).toList();
    }

    private static Value.Obj with(Value.Obj body, String name, Value value) {
        Map<String, Value> members = new LinkedHashMap<>(body.members());
        members.put(name, value);
        return new Value.Obj(members);
    }

    private Index create() throws IOException {
        return QuakeIndex.create(
                MmapDirectory.open(Files.createTempDirectory(folder, "index")),
                IndexOptions.DEFAULT,
                clock,
                1);
    }
}
