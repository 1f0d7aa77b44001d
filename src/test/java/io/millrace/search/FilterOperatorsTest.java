package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.TimestampUnit;
import io.millrace.document.Value;
import io.millrace.segment.DocumentLists;
import io.millrace.segment.DocumentSet;
import io.millrace.segment.FrequentTerms;
import io.millrace.segment.PackedBuffer;
import io.millrace.segment.SharedTerms;
import io.millrace.segment.TermWalk;
import io.millrace.segment.TermsReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// What the operators of a filter mean where a comparison with the naive search would not show it.
class FilterOperatorsTest {
    private static final Field SEEN =
            Field.of("seen", FieldType.TIMESTAMP).withUnit(TimestampUnit.ISO);
    private static final Field DAY = Field.of("day", FieldType.DATE);
    private static final Field STATUS = Field.of("status", FieldType.KEYWORD);
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(Field.of("id", FieldType.KEYWORD), SEEN, DAY, STATUS));

    /// A Saturday.
    private static final Instant NOW = Instant.parse("2026-11-21T17:23:45.123456Z");

    @ParameterizedTest
    @CsvSource({
        "now, 2026-11-21T17:23:45.123456Z",
        "now/s, 2026-11-21T17:23:45Z",
        "now/m, 2026-11-21T17:23:00Z",
        "now/h, 2026-11-21T17:00:00Z",
        "now-7d/d, 2026-11-14T00:00:00Z",
        "now/d-1m, 2026-11-20T23:59:00Z",
        "now/w, 2026-11-16T00:00:00Z",
        "now/M, 2026-11-01T00:00:00Z",
        "now/y+1H, 2026-01-01T01:00:00Z",
        "now-1y-1M, 2025-10-21T17:23:45.123456Z",
        "2026-01-31||+1M/M, 2026-02-01T00:00:00Z",
        "2026-01-31||+1M, 2026-02-28T00:00:00Z",
        "2024-02-29T10:00:00+02:00||+1y, 2025-02-28T08:00:00Z",
        "0001-01-01||-1s, 0000-12-31T23:59:59Z",
    })
    void timeIsReadRelativeToAnother(String written, String expected) {
        assertEquals(Value.of(expected), DateMath.resolved(SEEN, written, NOW));
    }

    @ParameterizedTest
    @CsvSource({
        "now, 2026-11-21",
        "now-18h, 2026-11-20",
        "now/M-1d, 2026-10-31",
        "2026-01-31||+1M, 2026-02-28"
    })
    void dayIsReadRelativeToAnother(String written, String expected) {
        assertEquals(Value.of(expected), DateMath.resolved(DAY, written, NOW));
    }

    @Test
    void keywordThatLooksLikeARelativeTimeIsAKeyword() {
        assertEquals(new Query.Eq(STATUS, Value.of("now-7d")), filter("status:eq:now-7d"));
    }

    @Test
    void parametersHaveTheOperatorsOfABody() {
        Query reviewed = new Query.Eq(STATUS, Value.of("reviewed"));
        assertEquals(new Query.Not(reviewed), filter("status:ne:reviewed"));
        assertEquals(new Query.Exists(STATUS), filter("status:exists"));
        assertEquals(new Query.Not(new Query.Exists(STATUS)), filter("status:missing"));
        assertEquals(
                new Query.In(STATUS, List.of(Value.of("a"), Value.of("b,c"), Value.of("d\\"))),
                filter("status:in:a,b\\,c,d\\\\"));
        assertEquals(
                new Query.Wildcard(STATUS, new WildcardPattern("rev*d:?")),
                filter("status:wildcard:rev*d:?"));
        assertEquals(
                new Query.Range(DAY, Value.of("2026-11-14"), true, null, false),
                filter("day:gte:now-7d"));
    }

    @Test
    void patternJumpsOverTermsThatCannotFit() {
        CountedTerms terms =
                new CountedTerms(IntStream.range(0, 10_000).mapToObj("t%04d"::formatted).toList());
        assertEquals(10, ordinals(terms, "t?010").count());
        assertTrue(terms.walks <= 21, () -> "two for each thousand, not " + terms.walks);
        assertEquals(100, ordinals(terms, "t12??").count() + ordinals(terms, "u*").count());
        assertEquals(1_000, ordinals(terms, "*7").count());
    }

    @Test
    void patternThatFitsTooMuchIsRefused() {
        CountedTerms terms = new CountedTerms(List.of("a"));
        terms.endless = true;
        assertThrows(MillraceException.InvalidRequest.class, () -> ordinals(terms, "*z"));
    }

    private static IntStream ordinals(TermsReader terms, String pattern) {
        return Arrays.stream(
                new AutomatonWalk(terms, new WildcardPattern(pattern).automaton()).ordinals());
    }

    private static Query filter(String text) {
        Optional<Query> filter =
                new QueryParser(SCHEMA, NOW).parse(Map.of("filter", List.of(text))).filter();
        return filter.orElseThrow();
    }

    /// A dictionary without documents, which counts how often a term was sought.
    private static final class CountedTerms implements TermsReader {
        private final List<byte[]> terms;
        private boolean endless;
        private int walks;

        private CountedTerms(List<String> sorted) {
            terms = sorted.stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toList();
        }

        @Override
        public int termCount() {
            return endless ? Integer.MAX_VALUE : terms.size();
        }

        @Override
        public int ceiling(byte[] term) {
            int ordinal = 0;
            while (ordinal < terms.size() && Arrays.compareUnsigned(terms.get(ordinal), term) < 0) {
                ordinal++;
            }
            return ordinal;
        }

        @Override
        public TermWalk walk(int ordinal) {
            walks++;
            return new TermWalk() {
                private int at = ordinal;

                @Override
                public int ordinal() {
                    return at;
                }

                @Override
                public byte[] bytes() {
                    return terms.get(endless ? 0 : at);
                }

                @Override
                public int length() {
                    return bytes().length;
                }

                @Override
                public boolean advance() {
                    at++;
                    return at < termCount();
                }
            };
        }

        @Override
        public long documentCount(int from, int to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long fewDocuments(int from, int to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int few(int ordinal, int[] into) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int setsBefore(int ordinal) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int setDocuments(int i) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DocumentSet setAt(int i) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int touch(int i) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void addFew(int from, int to, DocumentLists into, PackedBuffer buffer) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DocumentSet set(int ordinal) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DocumentSet presentSet() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int find(byte[] term) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int find(long ordered) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int ceiling(long ordered) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] bytes(int ordinal) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long ordered(int ordinal) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FrequentTerms frequent() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SharedTerms shared(TermsReader other) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int documentCount(int ordinal) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ImmutableRoaringBitmap documents(int ordinal) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ImmutableRoaringBitmap present() {
            throw new UnsupportedOperationException();
        }
    }
}
