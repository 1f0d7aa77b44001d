package io.millrace.source.postgres;

import io.millrace.source.postgres.WalMessage.Column;
import io.millrace.source.postgres.WalMessage.OldRow;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Writes messages as the server does.
final class PgoutputEncoder {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    private PgoutputEncoder() {}

    static byte[] encode(WalMessage message) {
        PgoutputEncoder encoder = new PgoutputEncoder();
        try {
            encoder.write(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return encoder.bytes.toByteArray();
    }

    private void write(WalMessage message) throws IOException {
        switch (message) {
            case WalMessage.Begin(long finalLsn, long commitMicros, int xid) -> {
                out.writeByte('B');
                out.writeLong(finalLsn);
                out.writeLong(commitMicros);
                out.writeInt(xid);
            }
            case WalMessage.Commit(int flags, long commitLsn, long endLsn, long commitMicros) -> {
                out.writeByte('C');
                out.writeByte(flags);
                out.writeLong(commitLsn);
                out.writeLong(endLsn);
                out.writeLong(commitMicros);
            }
            case WalMessage.Origin(long commitLsn, String name) -> {
                out.writeByte('O');
                out.writeLong(commitLsn);
                name(name);
            }
            case WalMessage.Relation relation -> {
                out.writeByte('R');
                out.writeInt(relation.oid());
                name(relation.schema());
                name(relation.table());
                out.writeByte(relation.identity());
                out.writeShort(relation.columns().size());
                for (Column column : relation.columns()) {
                    out.writeByte(column.flags());
                    name(column.name());
                    out.writeInt(column.typeOid());
                    out.writeInt(column.typeModifier());
                }
            }
            case WalMessage.Type(int oid, String schema, String name) -> {
                out.writeByte('Y');
                out.writeInt(oid);
                name(schema);
                name(name);
            }
            case WalMessage.Insert(int relation, Tuple row) -> {
                out.writeByte('I');
                out.writeInt(relation);
                newRow(row);
            }
            case WalMessage.Update(int relation, OldRow old, Tuple row) -> {
                out.writeByte('U');
                out.writeInt(relation);
                if (old != null) {
                    oldRow(old);
                }
                newRow(row);
            }
            case WalMessage.Delete(int relation, OldRow old) -> {
                out.writeByte('D');
                out.writeInt(relation);
                oldRow(old);
            }
            case WalMessage.Truncate truncate -> {
                out.writeByte('T');
                out.writeInt(truncate.relations().size());
                out.writeByte(truncate.options());
                for (int relation : truncate.relations()) {
                    out.writeInt(relation);
                }
            }
            case WalMessage.Message(int flags, long lsn, String prefix, byte[] content) -> {
                out.writeByte('M');
                out.writeByte(flags);
                out.writeLong(lsn);
                name(prefix);
                out.writeInt(content.length);
                out.write(content);
            }
        }
    }

    private void newRow(Tuple row) throws IOException {
        out.writeByte('N');
        tuple(row);
    }

    private void oldRow(OldRow old) throws IOException {
        out.writeByte(old.whole() ? 'O' : 'K');
        tuple(old.row());
    }

    private void tuple(Tuple row) throws IOException {
        out.writeShort(row.size());
        for (int i = 0; i < row.size(); i++) {
            out.writeByte(row.kind(i));
            if (row.kind(i) == Tuple.TEXT || row.kind(i) == Tuple.BINARY) {
                out.writeInt(row.length(i));
                out.write(row.bytes(i));
            }
        }
    }

    private void name(String name) throws IOException {
        out.write(name.getBytes(StandardCharsets.UTF_8));
        out.writeByte(0);
    }
}
