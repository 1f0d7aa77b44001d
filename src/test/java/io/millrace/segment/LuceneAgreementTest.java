package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.Seeded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.AnalyzerWrapper;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The same texts in a segment and in a Lucene index: same terms, documents, frequencies, lengths
/// and statistics, so that BM25 comes out the same.
final class LuceneAgreementTest {
    private static final String[] WORDS = {
        "the",
        "of",
        "Running",
        "runs",
        "ran",
        "Alaska's",
        "alaska",
        "off-coast",
        "3.14",
        "42",
        "Ünïcode",
        "日本語",
        "e-mail@example.org",
        "x".repeat(300),
        "a",
        "",
        "\n",
        "naïve",
        "𝄞"
    };

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"standard", "english", "simple", "whitespace", "keyword"})
    void textIsIndexedAsLuceneDoes(String analyzer) throws Exception {
        MmapDirectory directory = MmapDirectory.open(folder);
        Seeded.repeat(3, random -> compare(directory, analyzer, random));
    }

    private static void compare(MmapDirectory directory, String analyzer, RandomGenerator random)
            throws Exception {
        List<List<String>> documents = new ArrayList<>();
        for (int i = random.nextInt(500); i >= 0; i--) {
            documents.add(randomTexts(random));
        }
        Field field = Field.of("text", FieldType.TEXT).withAnalyzer(analyzer).asMulti();
        SegmentBuilder builder =
                new SegmentBuilder(
                        new Schema(
                                1, List.of("id"), List.of(Field.of("id", FieldType.LONG), field)));
        try (ByteBuffersDirectory memory = new ByteBuffersDirectory()) {
            try (IndexWriter writer =
                    new IndexWriter(memory, new IndexWriterConfig(apart(analyzer)))) {
                for (int i = 0; i < documents.size(); i++) {
                    var lucene = new org.apache.lucene.document.Document();
                    for (String text : documents.get(i)) {
                        lucene.add(new TextField("text", text, Store.NO));
                    }
                    writer.addDocument(lucene);
                    Value texts =
                            new Value.Array(documents.get(i).stream().map(Value::of).toList());
                    Document ours = Document.of(new Value.Obj(Map.of("text", texts)));
                    builder.add(DocumentKey.of(i), i, builder.analyze(ours));
                }
                writer.forceMerge(1);
            }
            SegmentMeta meta = builder.write(directory, Ulids.next(random));
            try (DirectoryReader lucene = DirectoryReader.open(memory);
                    SegmentReader ours = SegmentReader.open(directory, meta)) {
                assertEqual(lucene.leaves().getFirst().reader(), ours);
            }
        }
    }

    /// An analyzer with our gap between the values of a field.
    private static Analyzer apart(String name) {
        return new AnalyzerWrapper(Analyzer.PER_FIELD_REUSE_STRATEGY) {
            @Override
            protected Analyzer getWrappedAnalyzer(String field) {
                return Analyzers.named(name);
            }

            @Override
            public int getPositionIncrementGap(String field) {
                return Analyzers.POSITION_GAP;
            }
        };
    }

    private static List<String> randomTexts(RandomGenerator random) {
        List<String> texts = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            StringBuilder text = new StringBuilder();
            int words = random.nextInt(random.nextInt(20) == 0 ? 80 : 6);
            for (int word = 0; word < words; word++) {
                text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static void assertEqual(LeafReader lucene, SegmentReader ours) throws Exception {
        Terms expected = Terms.getTerms(lucene, "text");
        TermsReader terms = ours.terms("text");
        PostingsReader postings = ours.postings("text");
        if (terms == null || postings == null) {
            assertEquals(0, expected.getDocCount());
            return;
        }
        assertEquals(expected.size(), terms.termCount());
        assertEquals(expected.getDocCount(), postings.documentsWithField());
        assertEquals(expected.getSumTotalTermFreq(), postings.totalTerms());
        assertEquals(expected.getDocCount(), terms.present().getCardinality());
        TermsEnum each = expected.iterator();
        int ordinal = 0;
        for (BytesRef term = each.next(); term != null; term = each.next()) {
            byte[] utf8 = Arrays.copyOfRange(term.bytes, term.offset, term.offset + term.length);
            assertArrayEquals(utf8, terms.bytes(ordinal));
            assertEquals(each.docFreq(), terms.documentCount(ordinal));
            PostingsEnum documents = each.postings(null, PostingsEnum.POSITIONS);
            PostingsReader.PositionCursor cursor =
                    Objects.requireNonNull(postings.positionCursor(ordinal++));
            for (int document = documents.nextDoc();
                    document != DocIdSetIterator.NO_MORE_DOCS;
                    document = documents.nextDoc()) {
                assertEquals(document, cursor.next());
                assertEquals(documents.freq(), cursor.frequency());
                int[] positions = cursor.positions(new int[0]);
                for (int i = 0; i < documents.freq(); i++) {
                    assertEquals(documents.nextPosition(), positions[i]);
                }
            }
            assertEquals(PostingsReader.Cursor.DONE, cursor.next());
        }
        NumericDocValues norms = Objects.requireNonNull(lucene.getNormValues("text"));
        for (int i = 0; i < ours.documentCount(); i++) {
            if (norms.advanceExact(i)) {
                assertEquals((byte) norms.longValue(), postings.norm(i));
            }
        }
    }
}
