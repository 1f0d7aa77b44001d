package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.segment.SegmentId;
import io.millrace.testing.ManualClock;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UlidsTest {

    // no name holds a process id or a counter that starts anew.
    @Test
    void twoProcessesOfOneMomentNeverMintTheSame() {
        ManualClock still = new ManualClock();
        Ulids one = new Ulids(still, new Random(1));
        Ulids other = new Ulids(still, new Random(2));
        Set<String> minted = new HashSet<>();
        for (int i = 0; i < 50_000; i++) {
            minted.add(one.next());
            minted.add(other.next());
        }
        assertEquals(100_000, minted.size());
        minted.forEach(ulid -> {
            String file = new SegmentId(ulid).fileName();
            assertTrue(IndexFile.parse(file).isPresent(), file);
        });
    }
}
