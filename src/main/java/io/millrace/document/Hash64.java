package io.millrace.document;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A fixed 64-bit hash of bytes. It is part of the file formats (key tables, filters): its values
/// never change.
///
/// - Source: MurmurHash2, 64-bit version A (Austin Appleby, public domain), seed 0.
public final class Hash64 {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long M = 0xc6a4a7935bd1e995L;
    private static final int R = 47;

    private Hash64() {}

    public static long of(byte[] bytes, int offset, int length) {
        long hash = length * M;
        int end = offset + (length & ~7);
        for (int at = offset; at < end; at += 8) {
            long k = (long) LONG.get(bytes, at) * M;
            k = (k ^ (k >>> R)) * M;
            hash = (hash ^ k) * M;
        }
        int rest = length & 7;
        if (rest != 0) {
            long tail = 0;
            for (int i = rest - 1; i >= 0; i--) {
                tail = (tail << 8) | (bytes[end + i] & 0xFF);
            }
            hash = (hash ^ tail) * M;
        }
        hash = (hash ^ (hash >>> R)) * M;
        return hash ^ (hash >>> R);
    }
}
