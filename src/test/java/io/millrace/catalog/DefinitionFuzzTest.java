package io.millrace.catalog;

import io.millrace.json.Json;
import io.millrace.node.LuceneAnalyzers;
import io.millrace.testing.Fuzzing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Damaged definitions are refused and nothing else.
class DefinitionFuzzTest {
    private static final DefinitionParser PARSER = new DefinitionParser(new LuceneAnalyzers());

    @Test
    void aJsonDefinitionIsReadOrRefused() {
        Fuzzing.run(
                "definition, JSON",
                corpus(
                        """
                        {"name": "quakes", "key": "id", "analyzers": {"own": {"base": "english",
                         "stopwords": ["the"], "synonyms": ["a, b c", "d => e"]}},
                         "fields": {"place": {"type": "text", "analyzer": "own"}, "time": {"type": "timestamp", "unit": "millis"},
                         "tags": {"type": "keyword", "multi": true}}, "source": {"kafka":
                         {"topic": "quakes", "format": "json", "key-from": "record"}},
                         "commit": {"interval": "1s", "changes": 1000, "bytes": "64MiB"}}
                        """),
                text -> text,
                1 << 20,
                text -> PARSER.parse(Json.parse(text)));
    }

    @Test
    void aYamlDefinitionIsReadOrRefused() {
        Fuzzing.run(
                "definition, YAML",
                corpus(
                        """
                        name: quakes
                        key: [a, b]
                        fields:
                          a: { type: long }
                          b: { type: keyword, multi: false }
                          "c.d":
                            type: double
                        source:
                          kafka: { topic: quakes, format: json, key-from: value }
                        commit: { interval: 1s, idle-interval: 10s }
                        """),
                text -> text,
                // The parser of YAML keeps events and marks.
                8 << 20,
                text -> PARSER.parse(Json.parseYaml(text)));
    }

    private static List<byte[]> corpus(String text) {
        return List.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
