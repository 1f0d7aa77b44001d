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
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

/// An index of ours and one of Lucene's, filled and asked alike: the same documents in the same
/// order. Scores may differ by one unit in the last place, documents of equal score are compared as
/// a set.
final class LucenePair implements AutoCloseable {
    static final Field PLACE = Field.of("place", FieldType.TEXT).withAnalyzer("english");
    static final Field TITLE = Field.of("title", FieldType.TEXT);
    static final Schema SCHEMA =
            new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD), PLACE, TITLE));

    private final Corpus ours;
    private final IndexWriter theirs;
    private DirectoryReader reader;

    LucenePair(Path folder) throws IOException {
        ours = new Corpus(SCHEMA, Files.createTempDirectory(folder, "corpus"));
        theirs =
                new IndexWriter(
                        new ByteBuffersDirectory(),
                        new IndexWriterConfig(Analyzers.of(PLACE.analysis()))
                                .setSimilarity(new BM25Similarity())
                                .setMergePolicy(NoMergePolicy.INSTANCE));
        reader = DirectoryReader.open(theirs);
    }

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
        reader.close();
        reader = DirectoryReader.open(theirs);
        assertEquals(ours.segments().size(), reader.leaves().size());
    }

    Corpus corpus() {
        return ours;
    }

    /// Any of the words of a text, as Lucene would ask.
    org.apache.lucene.search.Query any(String text) {
        org.apache.lucene.search.Query query =
                new QueryBuilder(Analyzers.of(PLACE.analysis()))
                        .createBooleanQuery(PLACE.path(), text, BooleanClause.Occur.SHOULD);
        return query == null ? new MatchNoDocsQuery("no terms") : query;
    }

    /// Asks for everything and for the first ten; returns how many match.
    int assertSameRanking(String what, Query query, org.apache.lucene.search.Query theirQuery)
            throws IOException {
        return assertSameRanking(what, query, theirQuery, 1);
    }

    /// @param ulps units in the last place by which scores may differ
    int assertSameRanking(
            String what, Query query, org.apache.lucene.search.Query theirQuery, int ulps)
            throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setSimilarity(new BM25Similarity());
        TopDocs top =
                searcher.search(
                        theirQuery, new TopScoreDocCollectorManager(10_000, Integer.MAX_VALUE));
        Map<String, Float> expected = new LinkedHashMap<>();
        StoredFields stored = searcher.storedFields();
        for (ScoreDoc hit : top.scoreDocs) {
            expected.put(stored.document(hit.doc).get("id"), hit.score);
        }
        SearchResult all = search(query, 10_000);
        assertEquals(expected.size(), all.total().orElseThrow(), what);
        assertSameOrder(what, expected, all.hits(), ulps);
        List<SearchResult.Hit> first = search(query, 10).hits();
        assertEquals(all.hits().subList(0, Math.min(10, all.hits().size())), first, what);
        return expected.size();
    }

    private SearchResult search(Query query, int limit) {
        return ours.searcher().search(SearchRequest.builder().query(query).limit(limit).build());
    }

    @Override
    public void close() throws IOException {
        reader.close();
        theirs.close();
        ours.close();
    }

    private static void assertSameOrder(
            String text, Map<String, Float> expected, List<SearchResult.Hit> hits, int ulps) {
        double previous = Double.POSITIVE_INFINITY;
        for (SearchResult.Hit hit : hits) {
            String id = hit.key().toString();
            Float score = expected.get(id);
            Double ours = hit.score();
            assertTrue(
                    score != null
                            && ours != null
                            && Math.abs(score - ours.floatValue()) <= ulps * Math.ulp(score),
                    () -> "%s: %s scores %s, expected %s".formatted(text, id, ours, score));
            assertTrue(ours <= previous, () -> text + ": " + id + " stands too far back");
            previous = ours;
        }
    }

    static List<Value.Obj> quakes() throws IOException {
        try (InputStream in = LucenePair.class.getResourceAsStream("/dev/quakes.ndjson")) {
            List<Value.Obj> quakes = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                quakes.add((Value.Obj) Json.parse(line.getBytes(StandardCharsets.UTF_8)));
            }
            return quakes;
        }
    }
}
