package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.change.SourcePartition;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads rejects files ([RejectsLayout] draws them) without ever holding more than one entry.
final class RejectsReader {
    private static final int PIECE_BYTES = 64 << 10;

    /// Where a reject stands in its file, and where it came from.
    ///
    /// - offset, length: of the entry's body
    record Place(SourcePartition partition, long position, long offset, int length) {}

    /// Is given the places of a file one by one.
    @FunctionalInterface
    interface PlaceConsumer {
        void accept(Place place);
    }

    private RejectsReader() {}

    /// Goes through a whole file and compares it with its sum. What `consumer` was given counts
    /// only when this returns.
    ///
    /// @throws MillraceException.Corrupt when the file is not what the meta and its own sum say
    static void scan(Directory directory, RejectsMeta meta, PlaceConsumer consumer)
            throws IOException {
        try (FileInput input = directory.open(meta.name())) {
            int lengthMin = RejectsLayout.HEADER_BYTES + RejectsLayout.TRAILER_BYTES;
            if (input.length() != meta.lengthBytes() || meta.lengthBytes() < lengthMin) {
                throw corrupt(
                        meta,
                        "%d bytes, expected %d".formatted(input.length(), meta.lengthBytes()),
                        null);
            }
            Pieces pieces = new Pieces(input, meta.lengthBytes() - RejectsLayout.TRAILER_BYTES);
            checkHeader(meta, pieces.take(RejectsLayout.HEADER_BYTES));
            for (int i = 0; i < meta.count(); i++) {
                int length = pieces.take(RejectsLayout.ENTRY_LENGTH_BYTES).getInt();
                long offset = pieces.offset();
                consumer.accept(place(pieces.take(length), offset, length));
            }
            checkTrailer(meta, pieces, input);
        } catch (EOFException e) {
            throw corrupt(meta, "ends before its length", e);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw corrupt(meta, "entry damaged: " + e.getMessage(), e);
        }
    }

    private static void checkHeader(RejectsMeta meta, ByteBuffer header) {
        long magic = Long.reverseBytes(header.getLong());
        int version = header.getInt();
        if (magic != RejectsLayout.MAGIC || version != RejectsLayout.VERSION) {
            throw corrupt(
                    meta,
                    "magic %016x and version %d, expected %016x and %d"
                            .formatted(magic, version, RejectsLayout.MAGIC, RejectsLayout.VERSION),
                    null);
        }
    }

    private static void checkTrailer(RejectsMeta meta, Pieces pieces, FileInput input)
            throws IOException {
        if (pieces.left() != 0) {
            throw corrupt(
                    meta,
                    "%d bytes behind %d entries".formatted(pieces.left(), meta.count()),
                    null);
        }
        ByteBuffer trailer = RejectsFile.buffer(RejectsLayout.TRAILER_BYTES);
        input.readFully(pieces.offset(), trailer);
        trailer.flip();
        int count = trailer.getInt();
        int stored = trailer.getInt();
        long magic = Long.reverseBytes(trailer.getLong());
        if (pieces.crc() != stored
                || stored != meta.crc()
                || count != meta.count()
                || magic != RejectsLayout.MAGIC) {
            throw corrupt(
                    meta,
                    "checksum %08x of %d entries, stored %08x of %d, expected %08x, magic %016x"
                            .formatted(
                                    pieces.crc(), meta.count(), stored, count, meta.crc(), magic),
                    null);
        }
    }

    /// The reject at a place that [#scan] found.
    static Reject read(FileInput input, RejectsMeta meta, Place place) throws IOException {
        ByteBuffer body = RejectsFile.buffer(place.length());
        try {
            input.readFully(place.offset(), body);
            return decode(body.flip());
        } catch (EOFException | BufferUnderflowException | IllegalArgumentException e) {
            throw corrupt(meta, "entry at %d damaged".formatted(place.offset()), e);
        }
    }

    /// Decodes all of it, so that what is damaged is found here.
    private static Place place(ByteBuffer body, long offset, int length) {
        Origin origin = decode(body).origin();
        if (body.hasRemaining()) {
            throw new IllegalArgumentException(body.remaining() + " bytes too many");
        }
        return new Place(origin.partition(), origin.position(), offset, length);
    }

    private static Reject decode(ByteBuffer body) {
        String stage = string(body);
        String reason = string(body);
        String stream = string(body);
        int partition = body.getInt();
        long position = body.getLong();
        long timestampMillis = body.getLong();
        byte[] key = bytes(body);
        byte[] value = bytes(body);
        return new Reject(
                Reject.Stage.valueOf(stage.toUpperCase(Locale.ROOT)),
                reason,
                new Origin(
                        new SourcePartition(stream, partition),
                        position,
                        timestampMillis,
                        key,
                        value));
    }

    private static byte @Nullable [] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length == RejectsLayout.NULL_BYTES) {
            return null;
        }
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException(length + " bytes of " + in.remaining());
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static String string(ByteBuffer in) {
        byte[] utf8 = bytes(in);
        if (utf8 == null) {
            throw new IllegalArgumentException("no string");
        }
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static MillraceException.Corrupt corrupt(
            RejectsMeta meta, String what, @Nullable Throwable cause) {
        String message = "rejects " + meta.name() + ": " + what;
        return cause == null
                ? new MillraceException.Corrupt(message)
                : new MillraceException.Corrupt(message, cause);
    }

    /// A file from front to back, summed on the way.
    private static final class Pieces {
        private final FileInput input;
        private final long end;
        private final CRC32C crc = new CRC32C();
        private ByteBuffer piece;

        /// Of the first byte behind `piece`.
        private long read;

        Pieces(FileInput input, long end) {
            this.input = input;
            this.end = end;
            piece = RejectsFile.buffer((int) Math.min(PIECE_BYTES, end)).limit(0);
        }

        /// The next bytes, until the next call.
        ///
        /// @throws IllegalArgumentException when there are fewer
        ByteBuffer take(int length) throws IOException {
            if (length < 0 || length > left()) {
                throw new IllegalArgumentException(length + " bytes of " + left());
            }
            if (piece.remaining() < length) {
                fill(length);
            }
            ByteBuffer taken = piece.slice(piece.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            piece.position(piece.position() + length);
            crc.update(taken.duplicate());
            return taken;
        }

        private void fill(int length) throws IOException {
            ByteBuffer next =
                    length <= piece.capacity()
                            ? piece.compact()
                            : RejectsFile.buffer(length).put(piece);
            next.limit((int) Math.min(next.capacity(), next.position() + end - read));
            int more = next.remaining();
            input.readFully(read, next);
            read += more;
            piece = next.flip();
        }

        /// Of the next byte.
        long offset() {
            return read - piece.remaining();
        }

        long left() {
            return end - offset();
        }

        int crc() {
            return (int) crc.getValue();
        }
    }
}
