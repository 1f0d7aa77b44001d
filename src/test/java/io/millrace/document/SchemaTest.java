package io.millrace.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.Corrupt;
import io.millrace.MillraceException.InvalidRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SchemaTest {
    private static final Schema SCHEMA =
            new Schema(
                    7,
                    List.of("shop.id", "name"),
                    List.of(
                            Field.of("shop.id", FieldType.LONG),
                            Field.of("name", FieldType.KEYWORD),
                            Field.of("at", FieldType.TIMESTAMP).withUnit(TimestampUnit.ISO),
                            Field.of("title", FieldType.TEXT).withAnalyzer("english").asMulti()));

    @Test
    void aSchemaComesBackFromItsValue() {
        Schema read = Schema.fromValue(Document.of(SCHEMA.toValue()).root());
        assertEquals(SCHEMA, read);
        assertEquals(SCHEMA.hashCode(), read.hashCode());
        assertEquals(3, read.ordinal("title"));
        assertEquals(-1, read.ordinal("shop"));
    }

    @Test
    void fieldsShareTheStopWordsThatTheyName() {
        List<String> words = List.of("a", "the");
        Analysis without = Analysis.of("english").withStopwords(words);
        Schema schema =
                SCHEMA.with(
                        List.of(
                                Field.of("one", FieldType.TEXT).withAnalysis(without),
                                Field.of("two", FieldType.TEXT)
                                        .withAnalysis(without.withPositions(false)),
                                Field.of("none", FieldType.TEXT)
                                        .withAnalysis(without.withStopwords(List.of()))));
        Value.Obj value = schema.toValue();
        assertEquals(schema, Schema.fromValue(value));
        assertEquals("[[\"a\",\"the\"],[]]", String.valueOf(value.get("stopwords")));
        Map<String, Value> damaged = new LinkedHashMap<>(value.members());
        damaged.put("stopwords", new Value.Array(List.of()));
        assertThrows(Corrupt.class, () -> Schema.fromValue(new Value.Obj(damaged)));
    }

    @Test
    void aValueWithAMemberMissingOrWrongIsCorrupt() {
        Value.Obj whole = SCHEMA.toValue();
        for (String name : whole.members().keySet()) {
            Map<String, Value> damaged = new LinkedHashMap<>(whole.members());
            damaged.remove(name);
            assertThrows(Corrupt.class, () -> Schema.fromValue(new Value.Obj(damaged)), name);
            damaged.put(name, Value.NULL);
            assertThrows(Corrupt.class, () -> Schema.fromValue(new Value.Obj(damaged)), name);
        }
        if (!(whole.get("fields") instanceof Value.Array(List<Value> items))
                || !(items.getFirst() instanceof Value.Obj field)) {
            throw new AssertionError(whole);
        }
        for (String name : field.members().keySet()) {
            Map<String, Value> damagedField = new LinkedHashMap<>(field.members());
            damagedField.remove(name);
            Map<String, Value> damaged = new LinkedHashMap<>(whole.members());
            damaged.put("fields", new Value.Array(List.of(new Value.Obj(damagedField))));
            assertThrows(Corrupt.class, () -> Schema.fromValue(new Value.Obj(damaged)), name);
        }
        assertThrows(Corrupt.class, () -> Schema.fromValue(Value.NULL));
    }

    @Test
    void theKeyIsMadeOfItsPathsInOrder() {
        Value.Obj document =
                new Value.Obj(
                        Map.of(
                                "name",
                                Value.of(300),
                                "shop",
                                new Value.Obj(Map.of("id", Value.of("5")))));
        DocumentKey expected = DocumentKey.of(List.of(Value.of(5), Value.of("300")));
        assertEquals(expected, SCHEMA.keyOf(document));
        Value.Obj without = new Value.Obj(Map.of("name", Value.of("a")));
        InvalidRequest e = assertThrows(InvalidRequest.class, () -> SCHEMA.keyOf(without));
        assertEquals("key field shop.id is missing", e.getMessage());
    }

    @Test
    void aPathFindsNestedAndDottedMembers() {
        Value seven = Value.of(7);
        Value.Obj nested = object("a", object("b", object("c", seven)));
        assertEquals(seven, Schema.at(nested, "a.b.c"));
        assertEquals(seven, Schema.at(object("a.b", object("c", seven)), "a.b.c"));
        assertEquals(seven, Schema.at(object("a", object("b.c", seven)), "a.b.c"));
        assertEquals(seven, Schema.at(object("a.b.c", seven), "a.b.c"));
        assertNull(Schema.at(nested, "a.b.d"));
        assertNull(Schema.at(nested, "a.b.c.d"));
    }

    @Test
    void pathsAreDistinctAndKeysAreFields() {
        Field a = Field.of("a", FieldType.LONG);
        assertThrows(IllegalArgumentException.class, () -> new Schema(1, List.of(), List.of(a, a)));
        assertThrows(IllegalArgumentException.class, () -> new Schema(1, List.of("b"), List.of(a)));
    }

    private static Value.Obj object(String name, Value value) {
        return new Value.Obj(Map.of(name, value));
    }
}
