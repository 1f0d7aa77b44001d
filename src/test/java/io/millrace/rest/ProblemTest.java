package io.millrace.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProblemTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(InvalidRequest.malformed("/limit", "m"), 400, "malformed"),
                Arguments.of(InvalidRequest.notFound("m"), 404, "not-found"),
                Arguments.of(InvalidRequest.conflict("m"), 409, "conflict"),
                Arguments.of(InvalidRequest.tooLarge("", "m"), 413, "too-large"),
                Arguments.of(new MillraceException.Unavailable("m"), 503, "unavailable"),
                Arguments.of(new MillraceException.Fenced("m"), 409, "fenced"),
                Arguments.of(new MillraceException.Corrupt("m"), 500, "corrupt"),
                Arguments.of(new MillraceException.Bug("m"), 500, "bug"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyKindOfFailureHasItsStatus(MillraceException failure, int status, String kind) {
        Problem problem = Problem.of(failure, "/indexes/a");

        assertEquals(status, problem.status());
        assertEquals("urn:millrace:problem:" + kind, problem.type());
        assertEquals("m", problem.detail());
        assertEquals("/indexes/a", problem.instance());
    }

    @Test
    void thePointerIsThereOnlyWhenAPlaceIsKnown() {
        Value.Obj placed = Problem.of(InvalidRequest.malformed("/a/0", "m"), "/x").toValue();
        Value.Obj whole = Problem.of(InvalidRequest.malformed("", "m"), "/x").toValue();

        assertEquals(Value.of("/a/0"), placed.get("pointer"));
        assertNull(whole.get("pointer"));
    }
}
