package io.millrace.segment;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.millrace.MillraceException;
import java.util.concurrent.ArrayBlockingQueue;

/// Compresses and decompresses blocks of stored documents; any thread may.
///
/// What zstd works with is kept from block to block: to make it anew takes as long as the block
/// itself. Owned by the process, [#KEPT_MAX] of each kind at most, some 100 KiB outside the heap to
/// read and 600 KiB to write.
final class FrameCodec {
    private static final int LEVEL = 1;
    private static final int KEPT_MAX = 16;
    private static final ArrayBlockingQueue<ZstdCompressCtx> COMPRESSING =
            new ArrayBlockingQueue<>(KEPT_MAX);
    private static final ArrayBlockingQueue<ZstdDecompressCtx> DECOMPRESSING =
            new ArrayBlockingQueue<>(KEPT_MAX);

    private FrameCodec() {}

    /// The most that a block of so many bytes may take.
    static int frameBytesMax(int rawLength) {
        return Math.toIntExact(Zstd.compressBound(rawLength));
    }

    /// Fills the front of `frame` and returns how many bytes that took.
    ///
    /// @param frame of at least [#frameBytesMax]
    static int compress(byte[] raw, int rawLength, byte[] frame) {
        ZstdCompressCtx context = COMPRESSING.poll();
        if (context == null) {
            context = new ZstdCompressCtx().setLevel(LEVEL);
        }
        int length;
        try {
            length = context.compressByteArray(frame, 0, frame.length, raw, 0, rawLength);
        } catch (ZstdException e) {
            context.close();
            throw new MillraceException.Bug("zstd refused a block: " + e.getMessage());
        }
        if (!COMPRESSING.offer(context)) {
            context.close();
        }
        return length;
    }

    /// The content of a frame.
    ///
    /// @throws MillraceException.Corrupt when it is not `rawLength` bytes
    static byte[] decompress(byte[] frame, int rawLength) {
        // Before anything is allocated: the two lengths stand in different places.
        if (rawLength < 0
                || rawLength > DocumentsLayout.RAW_BYTES_MAX
                || Zstd.getFrameContentSize(frame) != rawLength) {
            throw new MillraceException.Corrupt(
                    "document block of %d bytes holds %d bytes, expected %d"
                            .formatted(frame.length, Zstd.getFrameContentSize(frame), rawLength));
        }
        byte[] raw = new byte[rawLength];
        ZstdDecompressCtx context = DECOMPRESSING.poll();
        if (context == null) {
            context = new ZstdDecompressCtx();
        }
        try {
            context.decompressByteArray(raw, 0, rawLength, frame, 0, frame.length);
        } catch (ZstdException e) {
            // What a damaged frame left in it is not looked at.
            context.close();
            throw new MillraceException.Corrupt(
                    "document block of %d bytes: %s".formatted(frame.length, e.getMessage()), e);
        }
        if (!DECOMPRESSING.offer(context)) {
            context.close();
        }
        return raw;
    }
}
