package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.source.postgres.WalMessage.Column;
import io.millrace.source.postgres.WalMessage.OldRow;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Reads one message of `pgoutput`: numbers are big-endian, names end with a zero byte, a value is
/// preceded by its length.
///
/// Announced lengths and counts are compared with the bytes there are before anything is made from
/// them. A row refers to the message's bytes, which must not be written to afterwards. Confined to
/// the caller's thread.
final class PgoutputDecoder {
    /// Flags, an empty name, type and modifier.
    private static final int COLUMN_BYTES_MIN = 1 + 1 + Integer.BYTES + Integer.BYTES;

    private static final byte[] OURS = RowRefresher.MESSAGE.getBytes(StandardCharsets.US_ASCII);

    private final ByteBuffer in;

    /// Where the message begins in its array.
    private final int start;

    private final char tag;

    private PgoutputDecoder(ByteBuffer message) {
        this.in = message.duplicate().order(ByteOrder.BIG_ENDIAN);
        this.start = in.position();
        this.tag = in.hasRemaining() ? (char) (in.get() & 0xFF) : ' ';
    }

    /// @param message from its position to its limit, over an array; not moved
    /// @throws MillraceException.Corrupt naming the message, the offset in it and what was expected
    static WalMessage decode(ByteBuffer message) {
        PgoutputDecoder decoder = new PgoutputDecoder(message);
        WalMessage decoded = decoder.message();
        if (decoder.in.hasRemaining()) {
            throw decoder.corrupt(decoder.in.remaining() + " bytes behind its end");
        }
        return decoded;
    }

    /// True for a change of a row of a table that nobody wants, and for a message that is none of
    /// [RowRefresher]'s: they need not be decoded.
    ///
    /// @param isWanted asked with the object id of the table
    static boolean isSkipped(ByteBuffer message, IntPredicate isWanted) {
        if (message.remaining() < 1 + Integer.BYTES) {
            return false;
        }
        int at = message.position();
        return switch (message.get(at)) {
            case 'I', 'U', 'D' -> !isWanted.test(message.getInt(at + 1));
            case 'M' -> !isOurs(message, at + 1);
            default -> false;
        };
    }

    /// Of a transaction, and with the prefix of ours.
    private static boolean isOurs(ByteBuffer message, int flags) {
        int prefix = flags + 1 + Long.BYTES;
        if (message.get(flags) != WalMessage.Message.TRANSACTIONAL
                || message.limit() - prefix <= OURS.length) {
            return false;
        }
        for (int i = 0; i < OURS.length; i++) {
            if (message.get(prefix + i) != OURS[i]) {
                return false;
            }
        }
        return message.get(prefix + OURS.length) == 0;
    }

    private WalMessage message() {
        return switch (tag) {
            case 'B' -> new WalMessage.Begin(int64("lsn"), int64("time"), int32("xid"));
            case 'C' ->
                    new WalMessage.Commit(
                            int8("flags"), int64("lsn"), int64("end lsn"), int64("time"));
            case 'O' -> new WalMessage.Origin(int64("lsn"), name("name"));
            case 'R' -> relation();
            case 'Y' -> new WalMessage.Type(int32("oid"), name("schema"), name("name"));
            case 'I' -> {
                int relation = int32("oid");
                expect('N');
                yield new WalMessage.Insert(relation, tuple());
            }
            case 'U' -> update();
            case 'D' -> {
                int relation = int32("oid");
                yield new WalMessage.Delete(relation, oldRow(int8("kind of row")));
            }
            case 'T' -> truncate();
            case 'M' -> logicalMessage();
            default -> throw corrupt("kind unknown, expected one of B, C, O, R, Y, I, U, D, T, M");
        };
    }

    private WalMessage relation() {
        int oid = int32("oid");
        String schema = name("schema");
        String table = name("table");
        char identity = (char) int8("replica identity");
        int count = count(int16("columns"), COLUMN_BYTES_MIN, "columns");
        List<Column> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            columns.add(
                    new Column(int8("flags"), name("column"), int32("type"), int32("modifier")));
        }
        return new WalMessage.Relation(oid, schema, table, identity, columns);
    }

    private WalMessage update() {
        int relation = int32("oid");
        int kind = int8("kind of row");
        @Nullable OldRow old = null;
        if (kind != 'N') {
            old = oldRow(kind);
            expect('N');
        }
        return new WalMessage.Update(relation, old, tuple());
    }

    private OldRow oldRow(int kind) {
        if (kind != 'K' && kind != 'O') {
            throw corrupt("kind of row %s, expected K or O".formatted(printable(kind)));
        }
        return new OldRow(kind == 'O', tuple());
    }

    private WalMessage truncate() {
        int announced = int32("tables");
        int options = int8("options");
        int count = count(announced, Integer.BYTES, "tables");
        List<Integer> relations = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            relations.add(int32("oid"));
        }
        return new WalMessage.Truncate(options, relations);
    }

    private WalMessage logicalMessage() {
        int flags = int8("flags");
        long lsn = int64("lsn");
        String prefix = name("prefix");
        byte[] content = new byte[count(int32("length"), 1, "bytes of content")];
        in.get(content);
        return new WalMessage.Message(flags, lsn, prefix, content);
    }

    private Tuple tuple() {
        int count = count(int16("cells"), 1, "cells");
        byte[] kinds = new byte[count];
        int[] starts = new int[count];
        int[] ends = new int[count];
        for (int i = 0; i < count; i++) {
            byte kind = (byte) int8("kind of cell");
            kinds[i] = kind;
            if (kind == Tuple.TEXT || kind == Tuple.BINARY) {
                int length = count(int32("length"), 1, "bytes of cell " + i);
                starts[i] = in.arrayOffset() + in.position();
                ends[i] = starts[i] + length;
                in.position(in.position() + length);
            } else if (kind != Tuple.NULL && kind != Tuple.UNCHANGED) {
                throw corrupt(
                        "kind of cell %d is %s, expected n, u, t or b"
                                .formatted(i, printable(kind)));
            }
        }
        return new Tuple(in.array(), kinds, starts, ends);
    }

    private void expect(char kind) {
        int found = int8("kind of row");
        if (found != kind) {
            throw corrupt("kind of row %s, expected %s".formatted(printable(found), kind));
        }
    }

    /// A number of things still to come, each of at least `bytesMin`.
    private int count(int announced, int bytesMin, String what) {
        if (announced < 0 || announced > in.remaining() / bytesMin) {
            throw corrupt(
                    "%d %s announced, %d bytes left".formatted(announced, what, in.remaining()));
        }
        return announced;
    }

    private int int8(String what) {
        return has(Byte.BYTES, what).get() & 0xFF;
    }

    private int int16(String what) {
        return has(Short.BYTES, what).getShort();
    }

    private int int32(String what) {
        return has(Integer.BYTES, what).getInt();
    }

    private long int64(String what) {
        return has(Long.BYTES, what).getLong();
    }

    private ByteBuffer has(int bytes, String what) {
        if (in.remaining() < bytes) {
            throw corrupt("cut off in " + what);
        }
        return in;
    }

    private String name(String what) {
        int end = in.position();
        while (end < in.limit() && in.get(end) != 0) {
            end++;
        }
        if (end == in.limit()) {
            throw corrupt("cut off in " + what);
        }
        ByteBuffer bytes = in.slice(in.position(), end - in.position());
        try {
            CharBuffer name = StandardCharsets.UTF_8.newDecoder().decode(bytes);
            in.position(end + 1);
            return name.toString();
        } catch (CharacterCodingException e) {
            throw corrupt(what + " is not UTF-8");
        }
    }

    private static String printable(int kind) {
        return kind > ' ' && kind < 127 ? Character.toString(kind) : Integer.toString(kind);
    }

    private MillraceException.Corrupt corrupt(String what) {
        return new MillraceException.Corrupt(
                "message %s of pgoutput, %d bytes: %s (offset %d)"
                        .formatted(
                                printable(tag), in.limit() - start, what, in.position() - start));
    }
}
