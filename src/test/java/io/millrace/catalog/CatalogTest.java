package io.millrace.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.MillraceException.InvalidRequest.Reason;
import io.millrace.catalog.Catalog.Put.Outcome;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.KeyFrom;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.node.LuceneAnalyzers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogTest {
    private static final DefinitionParser PARSER = new DefinitionParser(new LuceneAnalyzers());
    private static final String ORDERS =
            "{key: id, fields: {total: {type: double}}, source: {kafka: {topic: orders}}}";

    @TempDir Path temp;
    private Path data;
    private Path files;

    @BeforeEach
    void folders() throws IOException {
        data = Files.createDirectory(temp.resolve("data"));
        files = Files.createDirectory(temp.resolve("definitions"));
    }

    @Test
    void aPutDefinitionSurvivesARestart() throws IOException {
        Catalog.Put put = open().put("orders", yaml(ORDERS));

        assertEquals(Outcome.CREATED, put.outcome());
        Catalog again = open();
        assertEquals(Optional.of(put.definition()), again.find("orders"));
        assertEquals(Optional.empty(), again.definedByFile("orders"));
        assertEquals(List.of("orders.1.json"), stored());
    }

    @Test
    void onlyTheNewestVersionStays() throws IOException {
        Catalog catalog = open();
        catalog.put("orders", yaml(ORDERS));
        for (int seconds = 2; seconds < 5; seconds++) {
            Catalog.Put put = catalog.put("orders", commitEvery(seconds));
            assertEquals(Outcome.CHANGED, put.outcome());
        }

        assertEquals(List.of("orders.4.json"), stored());
        assertEquals(
                Duration.ofSeconds(4), open().find("orders").orElseThrow().commit().interval());
    }

    @Test
    void theSameDefinitionAgainChangesNothing() throws IOException {
        Catalog catalog = open();
        catalog.put("orders", yaml(ORDERS));

        assertEquals(Outcome.UNCHANGED, catalog.put("orders", yaml(ORDERS)).outcome());
        assertEquals(List.of("orders.1.json"), stored());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{key: no, fields: {total: {type: double}}, source: {kafka: {topic: orders}}}"
                        + "|key changes from [id] to [no]",
                "{key: id, fields: {total: {type: long}}, source: {kafka: {topic: orders}}}"
                        + "|fields.total.type changes from double to long",
                "{key: id, fields: {total: {type: double, multi: true}}, source: {kafka: {topic: orders}}}"
                        + "|fields.total.multi changes from false to true",
                "{key: id, source: {kafka: {topic: orders}}}|fields.total is gone",
                "{key: id, fields: {total: {type: double}}, source: {kafka: {topic: sales}}}"
                        + "|source.kafka.topic changes from orders to sales",
                "{mode: reject-duplicates, key: id, fields: {total: {type: double}}, source: push}"
                        + "|mode changes from upsert to reject-duplicates",
                "{absent: create, key: id, fields: {total: {type: double}}, source: push}"
                        + "|absent changes from reject to create",
                "{key: id, fields: {total: {type: double}}, source: push}"
                        + "|source changes from kafka to push",
                "{key: id, fields: {total: {type: double}}, source: {kafka: {topic: orders, key-from: value}}}"
                        + "|source.kafka.key-from changes from record to value",
            })
    void anyOtherChangeIsAConflictThatNamesTheMember(String definition, String message)
            throws IOException {
        Catalog catalog = open();
        catalog.put("orders", yaml(ORDERS));

        InvalidRequest refused =
                assertThrows(InvalidRequest.class, () -> catalog.put("orders", yaml(definition)));

        assertEquals(Reason.CONFLICT, refused.reason());
        String found = String.valueOf(refused.getMessage());
        assertTrue(found.contains(message), found);
        assertEquals(List.of("orders.1.json"), stored());
    }

    @Test
    void anIndexWithoutAGenerationMayBecomeAnythingElse() throws IOException {
        Catalog catalog = open();
        catalog.put("orders", yaml(ORDERS));
        Value other = yaml("{key: no, source: {kafka: {topic: sales}}}");

        assertEquals(Outcome.CHANGED, catalog.replace("orders", other).outcome());
        assertEquals(Outcome.UNCHANGED, catalog.replace("orders", other).outcome());
        assertEquals(
                new KafkaSource("default", "sales", KeyFrom.RECORD),
                open().find("orders").orElseThrow().source());
    }

    @Test
    void aFileDefinesAnIndexThatHttpCannotChange() throws IOException {
        Files.writeString(files.resolve("shop.yaml"), "name: orders\n" + block(ORDERS));
        Catalog catalog = open();

        assertEquals(Optional.of("shop.yaml"), catalog.definedByFile("orders"));
        InvalidRequest refused =
                assertThrows(InvalidRequest.class, () -> catalog.put("orders", yaml(ORDERS)));
        assertEquals(Reason.CONFLICT, refused.reason());
        assertTrue(String.valueOf(refused.getMessage()).contains("shop.yaml"));
    }

    @Test
    void aBadFileIsReportedAndDisturbsNoOtherIndex() throws IOException {
        Files.writeString(files.resolve("bad.yaml"), "name: bad\nkey: [a, a]\n");
        Files.writeString(files.resolve("broken.json"), "{\"name\":");
        Files.writeString(files.resolve("good.yml"), "name: orders\n" + block(ORDERS));
        Files.writeString(files.resolve("later.yml"), "name: orders\n" + block(ORDERS));
        Files.writeString(files.resolve("README.md"), "not a definition");
        Files.write(files.resolve("huge.yaml"), new byte[2 << 20]);

        Catalog catalog = open();

        assertEquals(
                List.of("orders"),
                catalog.definitions().stream().map(IndexDefinition::name).toList());
        assertEquals(
                List.of("bad.yaml", "broken.json", "huge.yaml", "later.yml"),
                catalog.problems().stream().map(Catalog.Problem::file).toList());
        assertTrue(catalog.problems().getFirst().message().contains("stands in the key twice"));
        assertTrue(catalog.problems().get(1).message().contains("line 1"));
        assertTrue(catalog.problems().getLast().message().contains("good.yml"));
    }

    @Test
    void whatACrashLeftBehindIsRemoved() throws IOException {
        open().put("orders", yaml(ORDERS));
        Path folder = data.resolve(Catalog.FOLDER);
        Files.writeString(folder.resolve("orders.2.new"), "{\"key\":");
        Files.writeString(folder.resolve("sales.1.new"), "");

        Catalog catalog = open();

        assertEquals(List.of(), catalog.problems());
        assertEquals(List.of("orders.1.json"), stored());
        assertEquals(Outcome.CHANGED, catalog.put("orders", commitEvery(9)).outcome());
    }

    @Test
    void aDamagedStoredDefinitionIsReported() throws IOException {
        open().put("orders", yaml(ORDERS));
        Files.writeString(data.resolve(Catalog.FOLDER).resolve("orders.1.json"), "{");

        assertEquals(
                List.of("_definitions/orders"),
                open().problems().stream().map(Catalog.Problem::file).toList());
    }

    private Catalog open() throws IOException {
        return Catalog.open(
                MmapDirectory.open(data),
                MmapDirectory.open(files),
                PARSER,
                new SplittableRandom(7));
    }

    private List<String> stored() throws IOException {
        return MmapDirectory.open(data.resolve(Catalog.FOLDER)).list();
    }

    private static Value commitEvery(int seconds) {
        return yaml(
                ORDERS.substring(0, ORDERS.length() - 1)
                        + ", commit: {interval: "
                        + seconds
                        + "s}}");
    }

    /// A flow mapping's members as block lines.
    private static String block(String flow) {
        return flow.substring(1, flow.length() - 1)
                .replace(", fields", "\nfields")
                .replace(", source", "\nsource");
    }

    private static Value yaml(String text) {
        return Json.parseYaml(text.getBytes(UTF_8));
    }
}
