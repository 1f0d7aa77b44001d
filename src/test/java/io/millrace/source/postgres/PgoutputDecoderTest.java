package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Corrupt;
import io.millrace.testing.Fuzzing;
import io.millrace.testing.Seeded;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PgoutputDecoderTest {

    @Test
    void whatIsDecodedIsWhatWasWritten() {
        Seeded.repeat(
                5_000,
                random -> {
                    WalMessage message = WalMessages.random(random);
                    byte[] bytes = PgoutputEncoder.encode(message);

                    WalMessage decoded = PgoutputDecoder.decode(ByteBuffer.wrap(bytes));

                    assertEquals(message, decoded);
                    assertEquals(message.hashCode(), decoded.hashCode());
                    assertEquals(message.toString(), decoded.toString());
                    assertArrayEquals(bytes, PgoutputEncoder.encode(decoded));
                });
    }

    @Test
    void aMessageInTheMiddleOfALargerBufferIsReadFromThere() {
        // Given: what the driver gives is a part of what came over the wire
        WalMessage message = new WalMessage.Insert(7, WalMessages.row("1", null, "ö"));
        byte[] bytes = PgoutputEncoder.encode(message);
        byte[] wire = new byte[bytes.length + 50];
        System.arraycopy(bytes, 0, wire, 25, bytes.length);
        ByteBuffer part = ByteBuffer.wrap(wire, 5, bytes.length + 20).slice();
        part.position(20);

        // When
        WalMessage decoded = PgoutputDecoder.decode(part);

        // Then
        assertEquals(message, decoded);
        assertEquals("ö", ((WalMessage.Insert) decoded).row().text(2));
        assertEquals(20, part.position());
        assertFalse(PgoutputDecoder.isSkipped(part, relation -> relation == 7));
        assertTrue(PgoutputDecoder.isSkipped(part, relation -> relation == 8));
    }

    @Test
    void aMessageCutOffAnywhereIsRefused() {
        Seeded.repeat(
                300,
                random -> {
                    byte[] bytes = PgoutputEncoder.encode(WalMessages.random(random));
                    for (int length = 0; length < bytes.length; length++) {
                        ByteBuffer part = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
                        assertThrows(Corrupt.class, () -> PgoutputDecoder.decode(part));
                    }
                    ByteBuffer longer = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 1));
                    assertThrows(Corrupt.class, () -> PgoutputDecoder.decode(longer));
                });
    }

    @Test
    void aRefusalSaysWhereAndWhatWasExpected() {
        // Given: one cell that announces more than there is
        byte[] bytes = PgoutputEncoder.encode(new WalMessage.Insert(7, WalMessages.row("12345")));
        ByteBuffer.wrap(bytes).putInt(9, Integer.MAX_VALUE);

        // When
        Corrupt refusal =
                assertThrows(Corrupt.class, () -> PgoutputDecoder.decode(ByteBuffer.wrap(bytes)));

        // Then
        assertEquals(
                "message I of pgoutput, 18 bytes: 2147483647 bytes of cell 0 announced, 5 bytes left"
                        + " (offset 13)",
                refusal.getMessage());
    }

    @Test
    void damagedMessagesAreReadOrRefused() {
        // Given
        SplittableRandom random = new SplittableRandom(1);
        List<byte[]> corpus =
                Stream.generate(() -> PgoutputEncoder.encode(WalMessages.random(random)))
                        .limit(500)
                        .toList();

        // When, Then: whatever is accepted is all there was in the bytes
        Fuzzing.run(
                "pgoutput",
                corpus,
                message -> message,
                0,
                message ->
                        assertArrayEquals(
                                message,
                                PgoutputEncoder.encode(
                                        PgoutputDecoder.decode(ByteBuffer.wrap(message)))));
    }
}
