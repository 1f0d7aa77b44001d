package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.directory.FileOutput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.roaringbitmap.InvalidRoaringFormat;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Writes and reads delete vector files ([DeleteVectorLayout] draws them). One file holds the
/// vectors of all segments that a commit changed.
public final class DeleteVectorFile {
    private DeleteVectorFile() {}

    /// Writes and forces the file and reads it back; the name is forced by the caller.
    ///
    /// @throws MillraceException.Corrupt when what is read back is not what was written
    public static DeleteVectorMeta write(
            Directory directory, String name, SortedMap<SegmentId, ImmutableRoaringBitmap> vectors)
            throws IOException {
        ByteBuffer bytes = encode(vectors);
        DeleteVectorMeta meta =
                new DeleteVectorMeta(
                        name,
                        bytes.limit(),
                        crcOf(bytes, bytes.limit() - DeleteVectorLayout.TRAILER_BYTES));
        try (FileOutput out = directory.create(name)) {
            out.write(bytes);
            out.force();
        }
        read(directory, meta);
        return meta;
    }

    /// Reads all vectors of a file into the heap.
    ///
    /// @throws MillraceException.Corrupt when the file is not what the meta and its own sum say
    public static SortedMap<SegmentId, ImmutableRoaringBitmap> read(
            Directory directory, DeleteVectorMeta meta) throws IOException {
        ByteBuffer bytes = readWhole(directory, meta);
        int trailer = bytes.limit() - DeleteVectorLayout.TRAILER_BYTES;
        int stored = bytes.getInt(trailer + DeleteVectorLayout.TRAILER_CRC_OFFSET);
        int computed = crcOf(bytes, trailer);
        if (stored != computed || stored != meta.crc()) {
            throw corrupt(
                    meta,
                    "checksum %08x, stored %08x, expected %08x"
                            .formatted(computed, stored, meta.crc()));
        }
        if (!bytes.slice(trailer, DeleteVectorLayout.TRAILER_BYTES).equals(trailerOf(computed))) {
            throw corrupt(meta, "trailer damaged");
        }
        try {
            return decode(bytes, trailer, meta);
        } catch (IndexOutOfBoundsException
                | BufferUnderflowException
                | IllegalArgumentException
                | InvalidRoaringFormat
                | IOException e) {
            throw corrupt(meta, "directory damaged", e);
        }
    }

    private static ByteBuffer encode(SortedMap<SegmentId, ImmutableRoaringBitmap> vectors) {
        List<MutableRoaringBitmap> bitmaps = new ArrayList<>(vectors.size());
        long size = DeleteVectorLayout.entryOffset(vectors.size());
        for (ImmutableRoaringBitmap vector : vectors.values()) {
            MutableRoaringBitmap compact = vector.toMutableRoaringBitmap();
            compact.runOptimize();
            bitmaps.add(compact);
            size += DeleteVectorLayout.aligned(compact.serializedSizeInBytes());
        }
        int length = Math.toIntExact(size + DeleteVectorLayout.TRAILER_BYTES);
        ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(Long.reverseBytes(DeleteVectorLayout.MAGIC));
        out.putInt(DeleteVectorLayout.VERSION);
        out.putInt(vectors.size());
        int at = DeleteVectorLayout.entryOffset(vectors.size());
        int index = 0;
        for (SegmentId id : vectors.keySet()) {
            MutableRoaringBitmap bitmap = bitmaps.get(index);
            int entry = DeleteVectorLayout.entryOffset(index++);
            out.put(entry, id.ulid().getBytes(StandardCharsets.US_ASCII));
            int lengthBytes = bitmap.serializedSizeInBytes();
            out.putLong(entry + DeleteVectorLayout.ENTRY_RANGE_OFFSET, at);
            out.putLong(entry + DeleteVectorLayout.ENTRY_RANGE_OFFSET + Long.BYTES, lengthBytes);
            bitmap.serialize(out.slice(at, lengthBytes));
            at = Math.toIntExact(DeleteVectorLayout.aligned((long) at + lengthBytes));
        }
        out.put(at, trailerOf(crcOf(out, at)), 0, DeleteVectorLayout.TRAILER_BYTES);
        return out.rewind();
    }

    private static ByteBuffer trailerOf(int crc) {
        return ByteBuffer.allocate(DeleteVectorLayout.TRAILER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(crc)
                .putInt(DeleteVectorLayout.VERSION)
                .putLong(Long.reverseBytes(DeleteVectorLayout.MAGIC))
                .flip();
    }

    private static ByteBuffer readWhole(Directory directory, DeleteVectorMeta meta)
            throws IOException {
        try (FileInput in = directory.open(meta.name())) {
            long length = in.length();
            int lengthMin = DeleteVectorLayout.HEADER_BYTES + DeleteVectorLayout.TRAILER_BYTES;
            if (length != meta.lengthBytes() || length < lengthMin || length > Integer.MAX_VALUE) {
                throw corrupt(meta, "length " + length + ", expected " + meta.lengthBytes());
            }
            ByteBuffer bytes =
                    ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
            in.readFully(0, bytes);
            return bytes.flip();
        } catch (EOFException e) {
            throw corrupt(meta, "ends before its length", e);
        }
    }

    private static SortedMap<SegmentId, ImmutableRoaringBitmap> decode(
            ByteBuffer bytes, int trailer, DeleteVectorMeta meta) throws IOException {
        long magic = Long.reverseBytes(bytes.getLong(DeleteVectorLayout.MAGIC_OFFSET));
        int version = bytes.getInt(DeleteVectorLayout.VERSION_OFFSET);
        int count = bytes.getInt(DeleteVectorLayout.COUNT_OFFSET);
        if (magic != DeleteVectorLayout.MAGIC || version != DeleteVectorLayout.VERSION) {
            throw corrupt(meta, "magic %016x, version %d".formatted(magic, version));
        }
        if (count < 0 || DeleteVectorLayout.entryOffset(count) > trailer) {
            throw corrupt(meta, count + " entries");
        }
        TreeMap<SegmentId, ImmutableRoaringBitmap> vectors = new TreeMap<>();
        byte[] ulid = new byte[DeleteVectorLayout.ULID_BYTES];
        for (int i = 0; i < count; i++) {
            int entry = DeleteVectorLayout.entryOffset(i);
            bytes.get(entry, ulid);
            SegmentId id = new SegmentId(new String(ulid, StandardCharsets.US_ASCII));
            int range = entry + DeleteVectorLayout.ENTRY_RANGE_OFFSET;
            long offset = bytes.getLong(range);
            long length = bytes.getLong(range + Long.BYTES);
            if (offset < 0 || length < 0 || offset > trailer || length > trailer - offset) {
                throw corrupt(meta, "range " + offset + "+" + length + " of segment " + id);
            }
            ByteBuffer bitmap =
                    bytes.slice((int) offset, (int) length).order(ByteOrder.LITTLE_ENDIAN);
            if (!DeleteVectorLayout.isBitmap(bitmap)) {
                throw corrupt(meta, "bitmap of segment " + id);
            }
            MutableRoaringBitmap vector = new MutableRoaringBitmap();
            vector.deserialize(bitmap);
            vectors.put(id, vector);
        }
        return Collections.unmodifiableSortedMap(vectors);
    }

    private static int crcOf(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, length);
        return (int) crc.getValue();
    }

    private static MillraceException.Corrupt corrupt(DeleteVectorMeta meta, String what) {
        return new MillraceException.Corrupt("delete vectors " + meta.name() + ": " + what);
    }

    private static MillraceException.Corrupt corrupt(
            DeleteVectorMeta meta, String what, Throwable cause) {
        return new MillraceException.Corrupt("delete vectors " + meta.name() + ": " + what, cause);
    }
}
