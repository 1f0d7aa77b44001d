package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.PostingsReader;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Segments without positions find phrases in the texts they store: those from before positions
/// were kept, those of fields that kept none, and what is merged of either.
class OldSegmentPhraseTest {
    private static final SegmentId ID = new SegmentId("01JD0000000000000000000001");

    @TempDir Path folder;

    @Test
    void phrasesAreFoundWithoutPositions() throws IOException {
        try (InputStream in =
                getClass().getResourceAsStream("/fixtures/format-v1/" + ID.fileName())) {
            Files.copy(Objects.requireNonNull(in), folder.resolve(ID.fileName()));
        }
        // Of document i the title is "word" 1 + i % 5 times, then "number" and i.
        try (SegmentReader segment =
                SegmentReader.open(
                        MmapDirectory.open(folder),
                        new SegmentMeta(ID, 37_720, 590_421_909, 300, 5))) {
            Field title = segment.schema().field("title").orElseThrow();
            PostingsReader postings = Objects.requireNonNull(segment.postings("title"));
            assertNull(postings.positionCursor(0));
            PhraseMatcher three =
                    new PhraseMatcher(MatchQueries.phrase(title, "word word word", 0), segment);
            PhraseMatcher near =
                    new PhraseMatcher(MatchQueries.phrase(title, "number7 word", 2), segment);
            for (int document = 0; document < 300; document++) {
                assertEquals(Math.max(0, document % 5 - 1), three.frequency(document));
                assertEquals(document == 7 ? 1 / 3f : 0, near.frequency(document));
            }
        }
    }

    private static Schema schema(boolean positions) {
        Field text = Field.of("text", FieldType.TEXT);
        return new Schema(
                1,
                List.of("id"),
                List.of(
                        Field.of("id", FieldType.KEYWORD),
                        text.withAnalysis(text.analysis().withPositions(positions)),
                        Field.of("title", FieldType.TEXT)));
    }

    private static void add(Corpus corpus, String id, String text) throws IOException {
        corpus.upsert(
                new Value.Obj(
                        Map.of(
                                "id", Value.of(id),
                                "text", Value.of(text),
                                "title", Value.of(text))));
    }

    private static List<String> found(Corpus corpus, String q) {
        SearchRequest request =
                new QueryParser(corpus.schema(), Instant.EPOCH).parse(Map.of("q", List.of(q)));
        return corpus.searcher().search(request).hits().stream()
                .map(hit -> hit.key().toString())
                .sorted()
                .toList();
    }

    @Test
    void positionsThatAFieldComesToKeepNeedNoRebuild() throws IOException {
        try (Corpus corpus = new Corpus(schema(false), folder)) {
            add(corpus, "old", "far off the coast");
            add(corpus, "other", "coast far off");
            corpus.commit();
            corpus.declare(schema(true));
            add(corpus, "new", "off the coast, far");
            corpus.commit();
            assertEquals(List.of("new", "old"), found(corpus, "text:\"off the coast\""));
            corpus.merge(0, 2);
            assertEquals(List.of("new", "old"), found(corpus, "text:\"off the coast\""));
            assertEquals(List.of("new", "other"), found(corpus, "text:\"coast far\""));
        }
    }

    @Test
    void noPhraseIsLookedForInAFieldThatKeepsNoPositions() throws IOException {
        try (Corpus corpus = new Corpus(schema(true), folder)) {
            add(corpus, "old", "far off the coast");
            corpus.commit();
            corpus.declare(schema(false));
            MillraceException.InvalidRequest refusal =
                    assertThrows(
                            MillraceException.InvalidRequest.class,
                            () -> found(corpus, "text:\"off the coast\""));
            assertEquals(
                    "column 6: a phrase in field \"text\", which keeps no positions; use match with"
                            + " operator and, or define the field without positions: false",
                    refusal.getMessage());
            // A phrase of one word is that word, and without a name those that can tell are asked.
            assertEquals(List.of("old"), found(corpus, "text:\"coast\""));
            assertEquals(List.of("old"), found(corpus, "\"off the coast\""));
            assertEquals(List.of(), found(corpus, "\"the off coast\""));
        }
    }
}
