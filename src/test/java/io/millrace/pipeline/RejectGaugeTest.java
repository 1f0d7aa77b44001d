package io.millrace.pipeline;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RejectGaugeTest {
    private final RejectGauge gauge = new RejectGauge(1_000, 10);

    @Test
    void fewRecordsProveNothing() {
        gauge.count(999, 999);

        assertFalse(gauge.isExceeded());
    }

    @Test
    void aTenthIsStillFine() {
        gauge.count(1_000, 100);
        assertFalse(gauge.isExceeded());

        gauge.count(0, 1);

        assertTrue(gauge.isExceeded());
    }

    @Test
    void oldRejectsAreForgotten() {
        gauge.count(500, 400);

        for (int i = 0; i < 10; i++) {
            gauge.count(100, 0);
        }

        assertFalse(gauge.isExceeded(), gauge.toString());
    }
}
