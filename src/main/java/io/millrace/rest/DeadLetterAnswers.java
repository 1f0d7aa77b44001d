package io.millrace.rest;

import io.millrace.change.Origin;
import io.millrace.document.Value.Obj;
import io.millrace.index.StoredReject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// Rejects as HTTP shows them: why and where, with the bytes as they came.
final class DeadLetterAnswers {
    /// Of one key or value in a list; the dead-letter topic has the whole of it.
    private static final int SHOWN_BYTES_MAX = 4096;

    private DeadLetterAnswers() {}

    @Schema(name = "DeadLetters")
    record DeadLetterList(List<DeadLetter> deadLetters) implements Wire {
        static DeadLetterList of(List<StoredReject> rejects) {
            return new DeadLetterList(rejects.stream().map(DeadLetter::of).toList());
        }

        @Override
        public Obj toValue() {
            return new Members().put("deadLetters", deadLetters).toObj();
        }
    }

    @Schema(name = "DeadLetter")
    record DeadLetter(
            long generation,
            long ordinal,
            @Schema(description = "decode, key or analyse") String stage,
            String reason,
            String topic,
            long partition,
            @Schema(description = "offset of the record") long position,
            @Schema(description = "the source's clock, absent when it gave no time")
                    @Nullable String timestamp,
            @Nullable Bytes key,
            @Nullable Bytes value)
            implements Wire {
        static DeadLetter of(StoredReject stored) {
            Origin origin = stored.reject().origin();
            return new DeadLetter(
                    stored.generation(),
                    stored.ordinal(),
                    stored.reject().stage().label(),
                    stored.reject().reason(),
                    origin.partition().stream(),
                    origin.partition().partition(),
                    origin.position(),
                    origin.timestampMillis() < 0
                            ? null
                            : Instant.ofEpochMilli(origin.timestampMillis()).toString(),
                    Bytes.of(origin.key()),
                    Bytes.of(origin.value()));
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("generation", generation)
                    .put("ordinal", ordinal)
                    .put("stage", stage)
                    .put("reason", reason)
                    .put("topic", topic)
                    .put("partition", partition)
                    .put("position", position)
                    .put("timestamp", timestamp)
                    .put("key", key)
                    .put("value", value)
                    .toObj();
        }
    }

    /// - bytes: how many there are; text and base64 hold the first 4096 of them
    @Schema(name = "Bytes")
    record Bytes(
            long bytes,
            @Schema(description = "the first 4096 bytes, when they are UTF-8")
                    @Nullable String text,
            @Schema(description = "the first 4096 bytes") String base64)
            implements Wire {
        static @Nullable Bytes of(byte @Nullable [] bytes) {
            if (bytes == null) {
                return null;
            }
            byte[] shown = Arrays.copyOf(bytes, Math.min(bytes.length, SHOWN_BYTES_MAX));
            return new Bytes(bytes.length, utf8(shown), Base64.getEncoder().encodeToString(shown));
        }

        private static @Nullable String utf8(byte[] bytes) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                return null;
            }
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("bytes", bytes)
                    .put("text", text)
                    .put("base64", base64)
                    .toObj();
        }
    }
}
