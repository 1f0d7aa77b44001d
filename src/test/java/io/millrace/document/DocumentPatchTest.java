package io.millrace.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value.Obj;
import io.millrace.testing.Seeded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What an edit makes of a document.
class DocumentPatchTest {
    private static final Obj TRACK =
            object(
                    "id", Value.of("t1"),
                    "artist", object("name", Value.of("Ana"), "plays", Value.of(7)),
                    "tags", array("live", "new"),
                    "genre", Value.of("jazz"),
                    "label", Value.NULL);

    @Test
    void setReplacesAWholeValueInItsPlace() {
        assertEquals(
                "{\"id\":\"t1\",\"artist\":{\"name\":\"Ana\",\"plays\":8},\"tags\":[\"old\"],"
                        + "\"genre\":{\"main\":\"jazz\"},\"label\":null}",
                edited(
                        TRACK,
                        set(
                                "artist.plays", Value.of(8),
                                "tags", array("old"),
                                "genre", object("main", Value.of("jazz")))));
    }

    @Test
    void setCreatesTheObjectsOnTheWay() {
        assertEquals(
                "{\"artist\":{\"name\":\"Ana\",\"born\":{\"year\":1980,\"place\":{\"city\":\"Rio\"}}},"
                        + "\"label\":{\"id\":3}}",
                edited(
                        object("artist", object("name", Value.of("Ana")), "label", Value.NULL),
                        set(
                                "artist.born.year", Value.of(1980),
                                "artist.born.place.city", Value.of("Rio"),
                                "label.id", Value.of(3))));
    }

    @Test
    void aPathThroughAnotherValueIsRefusedAndNamesIt() {
        assertEquals(
                "path genre.main leads through genre, which is a string, expected an object",
                refusal(() -> set("genre.main", Value.of(1)).applyTo(Document.of(TRACK))));
        assertEquals(
                "path artist.plays.week leads through artist.plays, which is a number, expected an"
                        + " object",
                refusal(() ->
                        items(Map.of("artist.plays.week", List.of(Value.of(1))), Map.of())
                                .applyTo(Document.of(TRACK))));
        assertEquals(
                "path artist holds an object, expected an array or one value",
                refusal(() ->
                        items(Map.of(), Map.of("artist", List.of(Value.of(1))))
                                .applyTo(Document.of(TRACK))));
    }

    @Test
    void removeTakesTheMemberAndLeavesTheObjectAroundIt() {
        assertEquals(
                "{\"id\":\"t1\",\"artist\":{},\"genre\":\"jazz\",\"label\":null}",
                edited(
                        TRACK,
                        remove("artist.name", "artist.plays", "tags", "nothing", "genre.main")));
    }

    @Test
    void itemsAreAddedOnceAndInTheirOrder() {
        assertEquals(
                "{\"id\":\"t1\",\"artist\":{\"name\":\"Ana\",\"plays\":7,\"bands\":[\"x\"]},"
                        + "\"tags\":[\"live\",\"new\",\"b\",\"a\"],\"genre\":[\"jazz\",\"rock\"],"
                        + "\"label\":[null]}",
                edited(
                        TRACK,
                        items(
                                Map.of(
                                        "tags", texts("new", "b", "a", "b"),
                                        "genre", texts("rock", "jazz"),
                                        "label", List.of(Value.NULL),
                                        "artist.bands", texts("x")),
                                Map.of())));
    }

    @Test
    void takingTheLastItemLeavesAnEmptyArray() {
        assertEquals(
                "{\"id\":\"t1\",\"artist\":{\"name\":\"Ana\",\"plays\":[]},\"tags\":[\"new\"],"
                        + "\"genre\":\"jazz\",\"label\":null}",
                edited(
                        TRACK,
                        items(
                                Map.of(),
                                Map.of(
                                        "tags", texts("live", "x"),
                                        "genre", texts("rock"),
                                        "label", texts("x"),
                                        "nothing", texts("x"),
                                        "artist.plays", List.of(Value.of(7.0))))));
    }

    @Test
    void aReplacementOfAnItemIsOnePatch() {
        assertEquals(
                "{\"tags\":[\"new\",\"b\"]}",
                edited(
                        object("tags", array("live", "new")),
                        items(Map.of("tags", texts("b")), Map.of("tags", texts("live")))));
        assertEquals(
                "one item both added to and taken from tags",
                refusal(() -> items(Map.of("tags", texts("b")), Map.of("tags", texts("a", "b")))));
    }

    @Test
    void numbersAreOneItemWhenTheirValuesAre() {
        assertEquals(
                "{\"n\":[1,2.5]}",
                edited(
                        object("n", new Value.Array(List.of(Value.of(1), Value.of(2.5)))),
                        items(
                                Map.of(
                                        "n",
                                        List.of(
                                                Value.of(1.0),
                                                new Value.Decimal(
                                                        new java.math.BigDecimal("2.500")))),
                                Map.of())));
    }

    @Test
    void aNameWithDotsIsFoundLikeAPath() {
        Obj dotted = object("a.b", Value.of(1), "c", object("d.e", Value.of(2)));

        assertEquals(
                "{\"a.b\":3,\"c\":{\"d.e\":4}}",
                edited(dotted, set("a.b", Value.of(3), "c.d.e", Value.of(4))));
        assertEquals("{\"c\":{}}", edited(dotted, remove("a.b", "c.d.e")));
    }

    @Test
    void aPathFoundTwiceHasOneValueAfterwards() {
        Obj twice = object("a", object("b", Value.of(1)), "a.b", Value.of(2));

        assertEquals("{\"a\":{},\"a.b\":3}", edited(twice, set("a.b", Value.of(3))));
        assertEquals("{\"a\":{}}", edited(twice, remove("a.b")));
    }

    @Test
    void overlappingPathsAreRefused() {
        assertEquals(
                "paths a.b and a.b.c overlap, expected one of them",
                refusal(() -> set("a.b.c", Value.of(1), "a.b", Value.of(2))));
        assertEquals(
                "path a is named twice, expected once",
                refusal(() ->
                        new DocumentPatch(
                                Map.of("a", Value.of(1)), List.of("a"), Map.of(), Map.of())));
        set("a.b", Value.of(1), "a.bc", Value.of(2), "a-b", Value.of(3));
    }

    @Test
    void whatIsNoPathIsRefused() {
        for (String path : List.of("", ".", "a.", ".a", "a..b", "x".repeat(501))) {
            refusal(() -> set(path, Value.of(1)));
        }
    }

    @Test
    void theKeyCannotBePatched() {
        for (String path : List.of("artist.id", "artist", "artist.id.x")) {
            assertEquals(
                    "patch of %s, but artist.id is part of the key, which cannot change"
                            .formatted(path),
                    refusal(() -> remove(path).checkSpares(List.of("n", "artist.id"))));
        }
        remove("artist.name", "artist.identity").checkSpares(List.of("n", "artist.id"));
    }

    @Test
    void anEditDeeperThanADocumentMayBeIsRefused() {
        String path = "a" + ".a".repeat(249);
        Value deep = object("x", Value.of(1));
        for (int i = 0; i < 300; i++) {
            deep = object("x", deep);
        }
        Value tooDeep = deep;

        assertEquals(
                "document nests deeper than 512",
                refusal(() -> set(path, tooDeep).applyTo(Document.of(Obj.EMPTY))));
    }

    @Test
    void whatWasNotSentIsCarriedOver() {
        Obj sent = object("id", Value.of("t1"), "genre", Value.of("rock"), "tags", Value.of("?"));

        Document kept =
                DocumentPatch.carryingOver(
                                List.of("tags", "artist.name", "lyrics"), Document.of(TRACK))
                        .applyTo(Document.of(sent));

        assertEquals(
                "{\"id\":\"t1\",\"genre\":\"rock\",\"tags\":[\"live\",\"new\"],"
                        + "\"artist\":{\"name\":\"Ana\"}}",
                kept.toString());
    }

    /// A source that reads some of its changes a second time ends where it was, unless one of them
    /// was refused: it may not be the second time.
    @Test
    void anySuffixOfPatchesAppliedAgainGivesTheSameDocument() {
        Seeded.repeat(
                2_000,
                random -> {
                    List<DocumentPatch> patches = new ArrayList<>();
                    for (int i = 0; i < 12; i++) {
                        patches.add(randomPatch(random, Shape.OBJECTS_OF_LEAVES));
                    }
                    Document start = Document.of(objectOfObjects(random));
                    Document once = applied(start, patches);

                    Document again =
                            applied(once, patches.subList(random.nextInt(12), patches.size()));

                    assertEquals(asSets(once.root()), asSets(again.root()));
                });
    }

    @Test
    void aPathThatIsThereTwiceIsFoundUnderTheShorterNameWhateverTheOrder() {
        Obj longer = object("c", Value.of(1));
        Obj shorter = object("b", object("c", Value.of(2)));
        for (Obj root :
                List.of(object("a.b", longer, "a", shorter), object("a", shorter, "a.b", longer))) {
            assertEquals(Value.of(2), Schema.at(root, "a.b.c"));
            assertEquals(Value.of(2), Document.of(root).at("a.b.c"));
        }
    }

    /// Bytes that no edit touches are copied: they must be the same tree as one written anew.
    @Test
    void anEditedDocumentIsAsIfWrittenFromItsTree() {
        Seeded.repeat(
                2_000,
                random -> {
                    Document document = Document.of(randomObject(random, 3));
                    Document edited = appliedIfAllowed(document, randomPatch(random, Shape.ANY));

                    assertEquals(edited, Document.of(edited.root()));
                    for (String path : List.of("a", "a.b", "a.b.c", "a.c", "b", "c")) {
                        assertEquals(Schema.at(edited.root(), path), edited.at(path), path);
                    }
                });
    }

    private static Document applied(Document document, List<DocumentPatch> patches) {
        Document current = document;
        for (DocumentPatch patch : patches) {
            current = patch.applyTo(current);
        }
        return current;
    }

    private static Document appliedIfAllowed(Document document, DocumentPatch patch) {
        try {
            return patch.applyTo(document);
        } catch (InvalidRequest e) {
            // Through a value that is no object.
            return document;
        }
    }

    /// Arrays are sets here: what was taken and added again stands elsewhere the second time.
    private static Value asSets(Value value) {
        return switch (value) {
            case Obj(Map<String, Value> members) -> {
                Map<String, Value> inner = new LinkedHashMap<>();
                members.forEach((name, member) -> inner.put(name, asSets(member)));
                yield new Obj(inner);
            }
            case Value.Array(List<Value> items) ->
                    new Value.Array(
                            items.stream()
                                    .map(Value::toString)
                                    .distinct()
                                    .sorted()
                                    .map(Value::of)
                                    .toList());
            default -> value;
        };
    }

    private enum Shape {
        /// Everything anywhere.
        ANY,
        /// `a` holds objects only, `a.b` never does: no patch is refused.
        OBJECTS_OF_LEAVES
    }

    private static DocumentPatch randomPatch(RandomGenerator random, Shape shape) {
        while (true) {
            Map<String, Value> set = new LinkedHashMap<>();
            List<String> remove = new ArrayList<>();
            Map<String, List<Value>> addTo = new LinkedHashMap<>();
            Map<String, List<Value>> takeFrom = new LinkedHashMap<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                boolean any = shape == Shape.ANY;
                String path = any ? randomPath(random) : name(random) + "." + name(random);
                switch (random.nextInt(5)) {
                    case 0 -> set.put(path, any ? randomValue(random, 2) : leaf(random));
                    case 1 -> remove.add(path);
                    case 2 -> addTo.put(path, randomItems(random));
                    case 3 -> takeFrom.put(path, randomItems(random));
                    default -> set.put(name(random), any ? leaf(random) : objectOfLeaves(random));
                }
            }
            try {
                return new DocumentPatch(set, remove, addTo, takeFrom);
            } catch (InvalidRequest e) {
                // Paths that overlap: another draw.
            }
        }
    }

    private static Value leaf(RandomGenerator random) {
        return randomValue(random, 0);
    }

    private static Obj objectOfLeaves(RandomGenerator random) {
        return randomObject(random, 0);
    }

    private static Obj objectOfObjects(RandomGenerator random) {
        Map<String, Value> members = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            members.put(name(random), objectOfLeaves(random));
        }
        return new Obj(members);
    }

    private static String randomPath(RandomGenerator random) {
        StringBuilder path = new StringBuilder(name(random));
        for (int i = random.nextInt(3); i > 0; i--) {
            path.append('.').append(name(random));
        }
        return path.toString();
    }

    private static String name(RandomGenerator random) {
        return String.valueOf((char) ('a' + random.nextInt(3)));
    }

    private static List<Value> randomItems(RandomGenerator random) {
        List<Value> items = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            items.add(Value.of(random.nextInt(4)));
        }
        return items;
    }

    private static Value randomValue(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> Value.of(random.nextInt(4));
            case 1 -> Value.of("text " + random.nextInt(3));
            case 2 -> Value.NULL;
            case 3 -> new Value.Array(randomItems(random));
            default -> randomObject(random, depth - 1);
        };
    }

    private static Obj randomObject(RandomGenerator random, int depth) {
        Map<String, Value> members = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            boolean dotted = depth > 0 && random.nextInt(6) == 0;
            String name = dotted ? randomPath(random) : name(random);
            members.put(name, randomValue(random, depth));
        }
        return new Obj(members);
    }

    private static String edited(Obj document, DocumentPatch patch) {
        Document once = patch.applyTo(Document.of(document));
        assertEquals(once, patch.applyTo(once), "applied twice");
        return once.toString();
    }

    private static String refusal(org.junit.jupiter.api.function.Executable edit) {
        return String.valueOf(assertThrows(InvalidRequest.class, edit).getMessage());
    }

    private static DocumentPatch set(Object... pathsAndValues) {
        return new DocumentPatch(object(pathsAndValues).members(), List.of(), Map.of(), Map.of());
    }

    private static DocumentPatch remove(String... paths) {
        return new DocumentPatch(Map.of(), List.of(paths), Map.of(), Map.of());
    }

    private static DocumentPatch items(
            Map<String, List<Value>> addTo, Map<String, List<Value>> takeFrom) {
        return new DocumentPatch(Map.of(), List.of(), addTo, takeFrom);
    }

    private static List<Value> texts(String... items) {
        return java.util.Arrays.stream(items).map(Value::of).toList();
    }

    private static Value array(String... items) {
        return new Value.Array(texts(items));
    }

    private static Obj object(Object... namesAndValues) {
        Map<String, Value> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], (Value) namesAndValues[i + 1]);
        }
        return new Obj(members);
    }
}
