package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.testing.Seeded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LsnTest {

    @Test
    void isWrittenAsPostgresWritesIt() {
        assertEquals("16/B374D848", Lsn.text(0x16B374D848L));
        assertEquals("0/0", Lsn.text(0));
        assertEquals("FFFFFFFF/FFFFFFFF", Lsn.text(-1));
    }

    @Test
    void isReadAsItIsWritten() {
        Seeded.repeat(
                1_000,
                random -> {
                    long lsn = random.nextLong();
                    assertEquals(lsn, Lsn.parse(Lsn.text(lsn)));
                });
        assertEquals(0x16B374D848L, Lsn.parse("16/b374d848"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "16", "16/", "/1", "1/2/3", "0x16/1", "123456789/0", "1/ 2"})
    void anythingElseIsRefused(String text) {
        assertThrows(InvalidRequest.class, () -> Lsn.parse(text));
    }
}
