package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.document.Document;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What `fields` leaves of a document.
class SelectedFieldsTest {
    private static final String DOCUMENT =
            """
            {"id": "a", "geo": {"depth": 4.5, "at": {"lat": 1, "lon": 2}}, "a.b": 3,
             "items": [{"name": "x", "price": 1}, 7, {"price": 2}, [1], {"name": "y"}],
             "nothing": null, "tags": ["p", "q"]}
            """;

    @Test
    void withoutFieldsTheWholeDocumentIsReturned() {
        Document document = Document.of(object(DOCUMENT));
        assertEquals(document.root(), new StoredFields(Optional.empty()).select(document));
    }

    @Test
    void anEmptyListReturnsNothingOfIt() {
        assertSelected("{}");
    }

    @Test
    void namedMembersKeepTheirOrderInTheDocument() {
        assertSelected("{\"id\": \"a\", \"tags\": [\"p\", \"q\"]}", "tags", "id");
    }

    @Test
    void dottedPathsKeepObjectsNested() {
        assertSelected(
                "{\"geo\": {\"depth\": 4.5, \"at\": {\"lon\": 2}}}", "geo.depth", "geo.at.lon");
    }

    @Test
    void anObjectIsReturnedWhole() {
        assertSelected("{\"geo\": {\"at\": {\"lat\": 1, \"lon\": 2}}}", "geo.at", "geo.at.lat");
    }

    @Test
    void pathsReachIntoTheObjectsOfAnArray() {
        assertSelected("{\"items\": [{\"name\": \"x\"}, {\"name\": \"y\"}]}", "items.name");
    }

    @Test
    void memberNamesMayHoldDots() {
        assertSelected("{\"a.b\": 3}", "a.b");
    }

    @Test
    void nullIsAValue() {
        assertSelected("{\"nothing\": null}", "nothing", "nothing.below");
    }

    @Test
    void whatADocumentDoesNotHaveIsAbsent() {
        assertSelected("{}", "colour", "geo.colour", "items.colour", "id.x", "tags.x", "geo.");
    }

    private static void assertSelected(String expected, String... paths) {
        Document document = Document.of(object(DOCUMENT));
        assertEquals(
                Json.parse(expected.getBytes(StandardCharsets.UTF_8)).toString(),
                new StoredFields(Optional.of(List.of(paths))).select(document).toString());
    }

    private static Value.Obj object(String json) {
        return (Value.Obj) Json.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
