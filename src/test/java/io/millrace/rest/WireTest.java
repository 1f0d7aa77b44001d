package io.millrace.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.Reject;
import io.millrace.change.SourcePartition;
import io.millrace.document.Value;
import io.millrace.index.StoredReject;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireTest {

    static Stream<Class<?>> records() {
        return Stream.of(
                        Stream.of(Answers.class.getDeclaredClasses()),
                        Stream.of(MergeAnswers.class.getDeclaredClasses()),
                        Stream.of(DeadLetterAnswers.class.getDeclaredClasses()),
                        Stream.of(StatusAnswer.class.getDeclaredClasses()),
                        Stream.<Class<?>>of(StatusAnswer.class, Problem.class))
                .flatMap(classes -> classes)
                .filter(Class::isRecord);
    }

    /// The OpenAPI document is made from the components: what it says must be what is sent.
    @ParameterizedTest
    @MethodSource("records")
    void membersOnTheWireAreTheComponents(Class<?> type) throws ReflectiveOperationException {
        Wire wire = (Wire) filled(type);

        assertEquals(
                Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList(),
                List.copyOf(wire.toValue().members().keySet()));
    }

    @Test
    void bytesOfADeadLetterAreShownAsTextOnlyWhenTheyAre() {
        byte[] long1 = new byte[5000];
        Arrays.fill(long1, (byte) 'x');
        var origin =
                new Origin(
                        new SourcePartition("quakes", 3), 17, 0, long1, new byte[] {(byte) 0xFF});
        var stored = new StoredReject(4, 0, new Reject(Reject.Stage.DECODE, "no JSON", origin));

        Value.Obj letter = DeadLetterAnswers.DeadLetter.of(stored).toValue();

        Value.Obj key = (Value.Obj) java.util.Objects.requireNonNull(letter.get("key"));
        assertEquals(Value.of(5000), key.get("bytes"));
        assertEquals(Value.of("x".repeat(4096)), key.get("text"));
        Value.Obj value = (Value.Obj) java.util.Objects.requireNonNull(letter.get("value"));
        assertNull(value.get("text"));
        assertEquals(Value.of("/w=="), value.get("base64"));
        assertEquals(Value.of("decode"), letter.get("stage"));
        assertEquals(Value.of("1970-01-01T00:00:00Z"), letter.get("timestamp"));
    }

    @Test
    void lagSumsWhatLiesBetweenCommitAndEnd() {
        var first = new SourcePartition("t", 0);
        var second = new SourcePartition("t", 1);
        Checkpoint committed =
                Checkpoint.of(Map.of(first, Position.of(10), second, Position.of(7)));
        Checkpoint ends = Checkpoint.of(Map.of(first, Position.of(25), second, Position.of(6)));

        assertEquals(15, StatusAnswer.lag(committed, ends));
    }

    @Test
    void lagIsUnknownUntilEveryEndIsKnown() {
        var first = new SourcePartition("t", 0);
        var second = new SourcePartition("t", 1);
        Checkpoint committed =
                Checkpoint.of(Map.of(first, Position.of(10), second, Position.of(7)));

        assertNull(StatusAnswer.lag(committed, Checkpoint.EMPTY));
        assertNull(StatusAnswer.lag(committed, Checkpoint.of(Map.of(first, Position.of(25)))));
        assertNull(StatusAnswer.lag(Checkpoint.EMPTY, committed));
    }

    @Test
    void deadLetterOfARecordWithoutATimeHasNone() {
        var origin = new Origin(new SourcePartition("quakes", 3), 17, -1, null, null);
        var stored = new StoredReject(4, 0, new Reject(Reject.Stage.KEY, "no key", origin));

        assertNull(DeadLetterAnswers.DeadLetter.of(stored).toValue().get("timestamp"));
    }

    private static Object filled(Class<?> type) throws ReflectiveOperationException {
        if (type == String.class) {
            return "x";
        } else if (type == long.class || type == Long.class) {
            return 1L;
        } else if (type == int.class) {
            return 1;
        } else if (type == boolean.class) {
            return true;
        } else if (type == double.class || type == Double.class) {
            return 1.0;
        } else if (type == List.class) {
            return List.of();
        } else if (type == Value.class) {
            return Value.of("x");
        } else if (type == Value.Obj.class) {
            return Value.Obj.EMPTY;
        } else if (type == Value.Array.class) {
            return new Value.Array(List.of());
        }
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new);
        Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = filled(types[i]);
        }
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        return constructor.newInstance(arguments);
    }
}
