package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.segment.Analyzers;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.QueryBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Matches rank as in Lucene: same documents in the same insertion order on both sides, scores
/// within one unit in the last place, documents of equal score compared as a set.
class LuceneRankingTest {
    private static final Field PLACE = Field.of("place", FieldType.TEXT).withAnalyzer("english");
    private static final Schema SCHEMA =
            new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD), PLACE));

    @TempDir Path folder;

    /// One index each, filled and asked alike.
    private final class Pair implements AutoCloseable {
        private final Corpus ours = new Corpus(SCHEMA, Files.createTempDirectory(folder, "corpus"));
        private final IndexWriter theirs =
                new IndexWriter(
                        new ByteBuffersDirectory(),
                        new IndexWriterConfig(Analyzers.named(PLACE.analyzer()))
                                .setSimilarity(new BM25Similarity())
                                .setMergePolicy(NoMergePolicy.INSTANCE));

        Pair() throws IOException {}

        void upsert(String id, String place) throws IOException {
            ours.upsert(new Value.Obj(Map.of("id", Value.of(id), "place", Value.of(place))));
            Document document = new Document();
            document.add(new StringField("id", id, Store.YES));
            document.add(new TextField("place", place, Store.NO));
            theirs.updateDocument(new Term("id", id), document);
        }

        void delete(String id) throws IOException {
            ours.delete(DocumentKey.of(id));
            theirs.deleteDocuments(new Term("id", id));
        }

        void commit() throws IOException {
            ours.commit();
            theirs.commit();
        }

        /// Asks for everything and for the first ten.
        void assertSameRankings(List<String> texts) throws IOException {
            try (DirectoryReader reader = DirectoryReader.open(theirs)) {
                assertEquals(ours.segments().size(), reader.leaves().size());
                IndexSearcher searcher = new IndexSearcher(reader);
                searcher.setSimilarity(new BM25Similarity());
                int matched = 0;
                for (String text : texts) {
                    matched += assertSameRanking(searcher, text);
                }
                assertTrue(matched > texts.size(), "only " + matched + " matches in all");
            }
        }

        private int assertSameRanking(IndexSearcher searcher, String text) throws IOException {
            org.apache.lucene.search.Query query =
                    new QueryBuilder(Analyzers.named(PLACE.analyzer()))
                            .createBooleanQuery(PLACE.path(), text, BooleanClause.Occur.SHOULD);
            TopDocs top =
                    searcher.search(
                            query == null ? new MatchNoDocsQuery("no terms") : query,
                            new TopScoreDocCollectorManager(10_000, Integer.MAX_VALUE));
            Map<String, Float> expected = new LinkedHashMap<>();
            StoredFields stored = searcher.storedFields();
            for (ScoreDoc hit : top.scoreDocs) {
                expected.put(stored.document(hit.doc).get("id"), hit.score);
            }
            SearchResult all = search(text, 10_000);
            assertEquals(expected.size(), all.total().orElseThrow(), text);
            assertSameOrder(text, expected, all.hits());
            List<SearchResult.Hit> first = search(text, 10).hits();
            assertEquals(all.hits().subList(0, Math.min(10, all.hits().size())), first, text);
            return expected.size();
        }

        private SearchResult search(String text, int limit) {
            return ours.searcher()
                    .search(
                            SearchRequest.builder()
                                    .query(new Query.Match(PLACE, text))
                                    .limit(limit)
                                    .build());
        }

        @Override
        public void close() throws IOException {
            theirs.close();
            ours.close();
        }
    }

    @Test
    void matchesOfTheSampleQuakesRankAsInLucene() {
        Seeded.repeat(
                1,
                random -> {
                    try (Pair pair = new Pair()) {
                        List<String> words = new ArrayList<>();
                        for (Value.Obj quake : quakes()) {
                            String place = String.valueOf(quake.get("place"));
                            pair.upsert(String.valueOf(quake.get("id")), place);
                            words.addAll(List.of(place.split(" ")));
                        }
                        pair.commit();
                        pair.assertSameRankings(texts(random, words, 100));
                    }
                });
    }

    @Test
    void severalSegmentsWithDeletesRankAsInLucene() {
        Seeded.repeat(
                5,
                random -> {
                    List<String> words = new ArrayList<>();
                    for (int i = 0; i < 200; i++) {
                        words.addAll(java.util.Collections.nCopies(1 + 400 / (i + 1), "word" + i));
                    }
                    try (Pair pair = new Pair()) {
                        for (int commit = 0; commit < 4; commit++) {
                            // What is replaced within one commit counts in Lucene's figures, not
                            // in ours, where it never reaches the segment.
                            Set<String> touched = new HashSet<>();
                            for (int i = 0; i < 300; i++) {
                                String id = "d" + random.nextInt(600);
                                if (!touched.add(id)) {
                                    continue;
                                }
                                if (random.nextInt(6) == 0) {
                                    pair.delete(id);
                                } else {
                                    pair.upsert(id, text(random, words, random.nextInt(40)));
                                }
                            }
                            pair.commit();
                        }
                        pair.assertSameRankings(texts(random, words, 40));
                    }
                });
    }

    private static void assertSameOrder(
            String text, Map<String, Float> expected, List<SearchResult.Hit> hits) {
        double previous = Double.POSITIVE_INFINITY;
        for (SearchResult.Hit hit : hits) {
            String id = hit.key().toString();
            Float score = expected.get(id);
            Double ours = hit.score();
            assertTrue(
                    score != null
                            && ours != null
                            && Math.abs(score - ours.floatValue()) <= Math.ulp(score),
                    () -> "%s: %s scores %s, expected %s".formatted(text, id, ours, score));
            assertTrue(ours <= previous, () -> text + ": " + id + " stands too far back");
            previous = ours;
        }
    }

    private static List<String> texts(RandomGenerator random, List<String> words, int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(random, words, 1 + random.nextInt(5)));
        }
        return texts;
    }

    private static String text(RandomGenerator random, List<String> words, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(words.get(random.nextInt(words.size()))).append(' ');
        }
        return text.toString();
    }

    private static List<Value.Obj> quakes() throws IOException {
        try (InputStream in = LuceneRankingTest.class.getResourceAsStream("/dev/quakes.ndjson")) {
            List<Value.Obj> quakes = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                quakes.add((Value.Obj) Json.parse(line.getBytes(StandardCharsets.UTF_8)));
            }
            return quakes;
        }
    }
}
