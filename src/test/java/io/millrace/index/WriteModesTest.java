package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.change.Reject.Stage;
import io.millrace.change.SourceIdentity;
import io.millrace.document.AbsentKey;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentPatch;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.document.WriteMode;
import io.millrace.document.WriteRules;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the mode of an index makes of changes, and what a refused one leaves behind: nothing.
class WriteModesTest {
    private static final WriteRules FIRST_STAYS =
            new WriteRules(WriteMode.REJECT_DUPLICATES, AbsentKey.REJECT);

    private final FaultDirectory disk = new FaultDirectory();
    private final ManualClock clock = new ManualClock();
    private final NodeResources resources =
            new NodeResources(clock, clock, new Random(7), Thread.ofPlatform().daemon().factory());

    /// Each test creates its own.
    @SuppressWarnings("NullAway.Init")
    private Index index;

    @AfterEach
    void closeIndex() {
        index.close();
        assertEquals(0, disk.openMaps());
    }

    // keys are looked up in the documents themselves; there is no set of reserved keys
    // that could outlive the generation that reserved them, or be forgotten after a restart.
    @Test
    void aDroppedGenerationLeavesNoTraceOfItsKeys() {
        index = create(FIRST_STAYS, IndexOptions.DEFAULT);
        add(upsert("a", 1));
        index.writer().abort();
        add(upsert("a", 2), upsert("a", 3));
        index.writer().prepareCommit().close();

        add(upsert("a", 4), upsert("a", 5));
        commit();
        reopen();
        add(upsert("a", 6), delete("a"), upsert("a", 7), upsert("a", 8));
        commit();

        assertEquals("{\"id\":\"a\",\"n\":7}", shown().get("\"a\""));
        assertEquals(List.of(Stage.DUPLICATE, Stage.DUPLICATE, Stage.DUPLICATE), stages());
    }

    // a document that could not be indexed does not take its key.
    @Test
    void aRejectedDocumentDoesNotTakeItsKey() {
        index = create(FIRST_STAYS, IndexOptions.DEFAULT);

        add(upsert("a", Value.of("no number")), upsert("a", 2));
        commit();

        assertEquals("{\"id\":\"a\",\"n\":2}", shown().get("\"a\""));
        assertEquals(List.of(Stage.ANALYSE), stages());
    }

    // a batch is taken whole or not at all, and what was not taken reserves nothing.
    @Test
    void aBatchThatFindsTheQueueFullCanBeOfferedAgain() {
        index = create(FIRST_STAYS, IndexOptions.DEFAULT.withQueue(1, 1 << 20));
        int refused = 0;
        for (int i = 0; i < 200; i++) {
            Change change = upsert("k" + i, i);
            while (index.writer().add(batch(change)) instanceof Admission.QueueFull) {
                refused++;
                Thread.onSpinWait();
            }
        }
        commit();

        assertTrue(refused > 0, "the queue was never full");
        assertEquals(200, shown().size());
        assertEquals(List.of(), stages());
    }

    // a document is analysed before anything changes.
    @Test
    void aPatchThatBreaksTheSchemaLeavesTheDocumentAsItWas() {
        index = create(WriteRules.DEFAULT, IndexOptions.DEFAULT);

        add(upsert("a", 1), set("a", "n", Value.of("no number")), set("a", "body", Value.of("b")));
        commit();

        assertEquals("{\"id\":\"a\",\"n\":1,\"body\":\"b\"}", shown().get("\"a\""));
        assertEquals(List.of(Stage.ANALYSE), stages());
    }

    @Test
    void aDocumentThatAPatchMakesTooLargeIsRejected() {
        index = create(WriteRules.DEFAULT, IndexOptions.DEFAULT);
        Value large = Value.of("x".repeat(9 << 20));

        add(upsert("a", 1), set("a", "first", large), set("a", "second", large));
        commit();

        assertEquals(List.of(Stage.ANALYSE), stages());
        String reason = index.newestRejects(1).getFirst().reject().reason();
        assertTrue(reason.endsWith("expected at most 16777216"), reason);
        assertTrue(Objects.requireNonNull(shown().get("\"a\"")).length() < 10 << 20);
    }

    @Test
    void whatWasNotSentNeedsADocumentToTakeItFrom() {
        index = create(WriteRules.DEFAULT, IndexOptions.DEFAULT);
        Document sent = document("a", Value.of(2));

        add(new Change.Upsert(DocumentKey.of("a"), sent, List.of("body", "a.b"), origin()));
        commit();

        assertEquals(
                "toast-base-missing: body, a.b not sent, and there is no document a to take it"
                        + " from",
                index.newestRejects(1).getFirst().reject().reason());
        assertTrue(
                index.newestRejects(1)
                        .getFirst()
                        .reject()
                        .reason()
                        .startsWith(Reject.TOAST_BASE_MISSING));
    }

    @Test
    void anAppendedDocumentIsNamedByTheNumberOfItsChange() {
        index = create(WriteRules.APPEND, IndexOptions.DEFAULT);
        Document document = document("same", Value.of(1));

        add(new Change.Append(document, origin()), delete("same"));
        commit();
        reopen();
        add(new Change.Append(document, origin()), set("same", "n", Value.of(2)));
        commit();

        assertEquals(List.of("0", "2"), List.copyOf(shown().keySet()));
        assertEquals(List.of(Stage.KEY, Stage.KEY), stages());
        assertEquals(DocumentKey.of(2), index.schema().keyFrom(List.of(Value.of("2"))));
    }

    private Index create(WriteRules rules, IndexOptions options) {
        return Index.create(
                disk,
                "modes",
                "00000000000000aa",
                ChangeModel.schema(rules),
                SourceIdentity.of(Map.of("topic", "modes")),
                Checkpoint.of(Map.of(IndexScenario.PARTITION, Position.of(0))),
                options,
                resources);
    }

    private void reopen() {
        index.close();
        index = Index.open(disk, IndexOptions.DEFAULT, resources);
    }

    private void add(Change... changes) {
        assertInstanceOf(Admission.Accepted.class, index.writer().add(batch(changes)));
    }

    private ChangeBatch batch(Change... changes) {
        Position from =
                Objects.requireNonNull(index.writer().accepted().position(IndexScenario.PARTITION));
        Position to = Position.of(from.next() + changes.length);
        return ChangeBatch.of(
                List.of(changes),
                List.of(),
                List.of(new PositionRange(IndexScenario.PARTITION, from, to)));
    }

    private void commit() {
        try (PreparedCommit prepared = index.writer().prepareCommit()) {
            prepared.commit();
        }
    }

    private TreeMap<String, String> shown() {
        TreeMap<String, String> shown = new TreeMap<>();
        try (IndexSnapshot snapshot = index.snapshot()) {
            for (SegmentView view : snapshot.segments()) {
                for (int i = 0; i < view.documentCount(); i++) {
                    if (!view.deleted().contains(i)) {
                        Value key = view.reader().key(i).toValue();
                        String name = key instanceof Value.Text ? "\"" + key + "\"" : "" + key;
                        shown.put(name, view.reader().document(i).toString());
                    }
                }
            }
        }
        return shown;
    }

    private List<Stage> stages() {
        return IndexScenario.rejects(index).stream()
                .map(stored -> stored.reject().stage())
                .toList();
    }

    private static Change upsert(String key, long number) {
        return upsert(key, Value.of(number));
    }

    private static Change upsert(String key, Value number) {
        return new Change.Upsert(DocumentKey.of(key), document(key, number), origin());
    }

    private static Change delete(String key) {
        return new Change.Delete(DocumentKey.of(key), origin());
    }

    private static Change set(String key, String path, Value value) {
        return new Change.Patch(
                DocumentKey.of(key),
                new DocumentPatch(Map.of(path, value), List.of(), Map.of(), Map.of()),
                origin());
    }

    private static Document document(String key, Value number) {
        return DocumentPatch.carryingOver(List.of("n"), Document.of(new Obj(Map.of("n", number))))
                .applyTo(Document.of(new Obj(Map.of("id", Value.of(key)))));
    }

    private static Origin origin() {
        return new Origin(IndexScenario.PARTITION, 0, 0, null, new byte[] {1});
    }
}
