package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Corrupt;
import java.util.List;
import org.junit.jupiter.api.Test;

class XactSnapshotTest {
    @Test
    void whatRanWasNotSeenAndWhatHadEndedWas() {
        XactSnapshot snapshot = XactSnapshot.parse("100:110:100,104");

        assertTrue(snapshot.sees(99));
        assertFalse(snapshot.sees(100));
        assertTrue(snapshot.sees(103));
        assertFalse(snapshot.sees(104));
        assertTrue(snapshot.sees(109));
        assertFalse(snapshot.sees(110));
        assertEquals(new XactSnapshot(7, 7, List.of()), XactSnapshot.parse("7:7:"));
    }

    /// The log has the lower half of a number that goes on behind it.
    @Test
    void numbersGoRoundInTheLog() {
        long round = 1L << 32;
        XactSnapshot snapshot =
                new XactSnapshot(round - 2, round + 3, List.of(round - 2, round + 1));

        assertTrue(snapshot.sees(-3));
        assertFalse(snapshot.sees(-2));
        assertTrue(snapshot.sees(-1));
        assertTrue(snapshot.sees(0));
        assertFalse(snapshot.sees(1));
        assertTrue(snapshot.sees(2));
        assertFalse(snapshot.sees(3));
    }

    @Test
    void anythingElseIsNoSnapshot() {
        for (String text : List.of("", "1:2", "a:2:", "1:2:x", "1:2:3,")) {
            assertThrows(Corrupt.class, () -> XactSnapshot.parse(text), text);
        }
    }
}
