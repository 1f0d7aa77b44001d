package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Frequent terms of one segment are found in another one where looking each of them up finds them.
final class SharedTermsTest {
    private static final List<String> FIELDS = List.of("tags", "numbers");
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of(),
                    List.of(
                            Field.of("tags", FieldType.KEYWORD).asMulti(),
                            Field.of("numbers", FieldType.LONG).asMulti()));

    @TempDir Path folder;

    @Test
    void frequentTermsAreWhereLookingThemUpFindsThem() throws IOException {
        MmapDirectory directory = MmapDirectory.open(folder);
        Seeded.repeat(
                4,
                random -> {
                    int distinct = random.nextBoolean() ? 40 : 2_400;
                    try (SegmentReader one = segment(directory, random, distinct, 0);
                            SegmentReader other =
                                    segment(directory, random, distinct, distinct / 3)) {
                        for (String field : FIELDS) {
                            TermsReader from = Objects.requireNonNull(one.terms(field));
                            TermsReader to = Objects.requireNonNull(other.terms(field));
                            check(from, to, field.equals("numbers"));
                            check(from, from, field.equals("numbers"));
                            assertSame(from.shared(to), from.shared(to));
                        }
                    }
                });
    }

    private static void check(TermsReader from, TermsReader to, boolean isNumeric) {
        FrequentTerms frequent = from.frequent();
        SharedTerms shared = from.shared(to);
        assertEquals(frequent.ordinals().length, shared.ordinals().length);
        Set<Integer> covered = new HashSet<>();
        for (int i = 0; i < frequent.ordinals().length; i++) {
            int ordinal = frequent.ordinals()[i];
            assertArrayEquals(
                    from.documents(ordinal).toArray(), from.setAt(frequent.sets()[i]).toArray());
            int rank = frequent.ranks()[i];
            int found = isNumeric ? to.find(from.ordered(ordinal)) : to.find(from.bytes(ordinal));
            assertEquals(found, Math.max(-1, shared.ordinals()[rank]));
            if (found < 0) {
                assertEquals(0, shared.documents()[rank]);
                assertEquals(-1, shared.sets()[rank]);
                continue;
            }
            covered.add(found);
            assertEquals(rank, shared.rank(found));
            assertEquals(to.documentCount(found), shared.documents()[rank]);
            if (to.documentCount(found) <= TermsReader.FEW) {
                assertEquals(-1, shared.sets()[rank]);
            } else {
                assertArrayEquals(
                        to.documents(found).toArray(), to.setAt(shared.sets()[rank]).toArray());
            }
        }
        List<Integer> unshared = new ArrayList<>();
        for (int i = 0; i < to.frequent().ordinals().length; i++) {
            if (!covered.contains(to.frequent().ordinals()[i])) {
                unshared.add(i);
            }
        }
        assertEquals(unshared, Arrays.stream(shared.unshared()).boxed().toList());
        for (int ordinal = 0; ordinal < to.termCount(); ordinal++) {
            if (!covered.contains(ordinal)) {
                assertTrue(shared.rank(ordinal) < 0);
                assertTrue(to.documentCount(ordinal) <= shared.othersDocumentsMax());
            }
        }
    }

    /// Every term is about as frequent as the others.
    private static SegmentReader segment(
            MmapDirectory directory, RandomGenerator random, int distinct, int first)
            throws IOException {
        SegmentBuilder builder = new SegmentBuilder(SCHEMA);
        int documents = distinct / 4;
        for (int i = 0; i < documents; i++) {
            List<Value> tags = new ArrayList<>();
            List<Value> numbers = new ArrayList<>();
            for (int j = 0; j < 40; j++) {
                int term = first + random.nextInt(distinct);
                tags.add(Value.of("tag " + term));
                numbers.add(Value.of(term));
            }
            Value.Obj root =
                    new Value.Obj(
                            Map.of(
                                    "tags",
                                    new Value.Array(tags),
                                    "numbers",
                                    new Value.Array(numbers)));
            builder.add(DocumentKey.of(i), i, builder.analyze(Document.of(root)));
        }
        return SegmentReader.open(directory, builder.write(directory, Ulids.next(random)));
    }
}
