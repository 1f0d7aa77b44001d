package io.millrace.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.LiveSchema;
import io.millrace.document.Schema;
import io.millrace.json.Json;
import io.millrace.node.LuceneAnalyzers;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an index takes over as it runs, and what needs a rebuild.
class CompatibilityTest {
    private static final String BEFORE =
            "{key: id, fields: {place: {type: text}, size: {type: long}}, source: {kafka: {topic: t}}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    key: id, fields: {place: {type: text}, size: {type: long}}, source: {kafka: {topic: t}}, commit: {interval: 9s} | '' | ''
                    key: id, fields: {size: {type: long}, place: {type: text}}, source: {kafka: {topic: t}}, description: x | '' | ''
                    key: id, fields: {place: {type: text}, size: {type: long}, at: {type: timestamp}}, source: {kafka: {topic: t}} | '' | fields.at is new: documents indexed before do not have it until they are written again
                    key: id, fields: {place: {type: text, analyzer: english}, size: {type: long}}, source: {kafka: {topic: t}} | '' | fields.place.analyzer changes from standard to english: for documents read from now on
                    key: id, fields: {place: {type: text, positions: false}, size: {type: long}}, source: {kafka: {topic: t}} | '' | fields.place.positions changes from true to false: phrases are not looked for in it any more
                    key: id, analyzers: {own: {stopwords: [a]}}, fields: {place: {type: text, analyzer: own}, size: {type: long}}, source: {kafka: {topic: t}} | '' | fields.place.analyzer leaves out other words: of documents read from now on
                    key: id, analyzers: {own: {synonyms: ['a, b']}}, fields: {place: {type: text, analyzer: own}, size: {type: long}}, source: {kafka: {topic: t}} | '' | ''
                    key: id, dynamic: false, fields: {place: {type: text}, size: {type: long}}, source: {kafka: {topic: t}} | '' | dynamic changes from true to false
                    key: id, fields: {place: {type: text}, size: {type: long}, n: {type: long}}, source: {kafka: {topic: t}} | '' | fields.n was inferred and is declared now
                    key: id, fields: {place: {type: text}, size: {type: long}, n: {type: double}}, source: {kafka: {topic: t}} | '' | fields.n was inferred and is declared now
                    key: id, fields: {place: {type: text}, size: {type: long}, n: {type: keyword}}, source: {kafka: {topic: t}} | fields.n.type changes from long to keyword | fields.n was inferred and is declared now
                    key: id, fields: {place: {type: keyword}, size: {type: long}}, source: {kafka: {topic: t}} | fields.place.type changes from text to keyword | ''
                    key: id, fields: {place: {type: text}, size: {type: double}}, source: {kafka: {topic: t}} | fields.size.type changes from long to double | ''
                    key: id, fields: {place: {type: text}, size: {type: long, multi: true}}, source: {kafka: {topic: t}} | fields.size.multi changes from false to true | ''
                    key: id, fields: {place: {type: text}}, source: {kafka: {topic: t}} | fields.size is gone | ''
                    key: size, fields: {place: {type: text}, size: {type: long}}, source: {kafka: {topic: t}} | key changes from [id] to [size], fields.id is gone | ''
                    key: id, fields: {place: {type: text}, size: {type: long}}, source: {kafka: {topic: u}} | source.kafka.topic changes from t to u | ''
                    key: id, fields: {place: {type: text}, size: {type: long}}, source: {kafka: {topic: t, key-from: value}} | source.kafka.key-from changes from record to value | ''
                    key: id, fields: {place: {type: text}, size: {type: long}}, source: push | source changes from kafka to push | ''
                    key: id, mode: reject-duplicates, fields: {place: {type: text}, size: {type: long}}, source: {kafka: {topic: t}} | mode changes from upsert to reject-duplicates | ''
                    """)
    void aChangeIsTakenOverOrNeedsARebuild(String after, String refused, String adopted) {
        IndexDefinition before = parse(BEFORE);
        IndexDefinition changed = parse("{" + after + "}");
        Schema onDisk = before.schema().with(List.of(Field.inferred("n", FieldType.LONG)));

        assertEquals(
                refused,
                String.join(
                        ", ", Compatibility.differences(onDisk, before.source().facts(), changed)));
        assertEquals(adopted, String.join(", ", Compatibility.adoptions(onDisk, changed.schema())));
        if (refused.isEmpty()) {
            LiveSchema live = new LiveSchema(onDisk);
            live.declare(changed.schema());
            assertEquals(List.of(), Compatibility.adoptions(live.current(), changed.schema()));
        }
    }

    @Test
    void otherSynonymsHoldAtOnce() {
        IndexDefinition before = parse(BEFORE);
        IndexDefinition after =
                parse(
                        "{key: id, analyzers: {own: {synonyms: ['a, b']}}, fields: {place: {type: text,"
                                + " analyzer: own}, size: {type: long}}, source: {kafka: {topic: t}}}");
        assertEquals(
                List.of("fields.place has other synonyms: for searches from now on"),
                Compatibility.adoptions(before.analyzers(), after.analyzers()));
        assertEquals(List.of(), Compatibility.adoptions(after.analyzers(), after.analyzers()));
        assertTrue(before.isSameButCommit(after));
    }

    @Test
    void anIndexThatKeepsNoFactsIsComparedByItsSchema() {
        IndexDefinition definition = parse(BEFORE);
        assertEquals(
                List.of(),
                Compatibility.differences(
                        definition.schema(), new TreeMap<>(Map.of("topic", "t")), definition));
    }

    private static IndexDefinition parse(String yaml) {
        return new DefinitionParser(new LuceneAnalyzers())
                .parse("i", Json.parseYaml(yaml.getBytes(UTF_8)));
    }
}
