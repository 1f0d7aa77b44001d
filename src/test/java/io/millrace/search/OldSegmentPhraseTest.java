package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Field;
import io.millrace.segment.PostingsReader;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A segment from before positions were kept finds phrases in the text it stores.
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
}
