package io.millrace.search;

import io.millrace.MillraceException.InvalidRequest;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/// Where a reader is on its way through the pages of one search. Clients hand it back, they do not
/// read it. Immutable.
///
/// ```
/// cursor := version:u8=1 text text generation:i64 now:i64 order:32 segment:i32 document:i32
///           score:f32 crc32c:i32                      big endian, base64url without padding
/// text   := length:u8 utf8                            name of the index, incarnation
/// ```
///
/// The checksum finds what was cut off or mistyped. It is no secret: whoever makes up a cursor gets
/// a page that could have been asked for anyway.
///
/// - now: epoch millis, what `now` means on every page
/// - order: [CanonicalForm#digestOfOrder]
record Cursor(
        String index, String incarnation, long generation, long now, String order, HitPlace last) {
    static final String NAME = "cursor";

    private static final int VERSION = 1;
    private static final int ORDER_BYTES = 32;
    private static final int TEXT_BYTES_MAX = 255;
    private static final int FIXED_BYTES = 1 + 2 + 2 * Long.BYTES + ORDER_BYTES + 4 * Integer.BYTES;
    private static final int BYTES_MAX = FIXED_BYTES + 2 * TEXT_BYTES_MAX;

    String encoded() {
        byte[] name = index.getBytes(StandardCharsets.UTF_8);
        byte[] life = incarnation.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + name.length + life.length);
        out.put((byte) VERSION);
        out.put((byte) name.length).put(name);
        out.put((byte) life.length).put(life);
        out.putLong(generation).putLong(now).put(HexFormat.of().parseHex(order));
        out.putInt(last.segment()).putInt(last.document()).putFloat(last.score());
        out.putInt(crc(out.array(), out.position()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(out.array());
    }

    /// @param place in the request, for the message
    /// @throws InvalidRequest MALFORMED whatever is wrong with it
    static Cursor decode(String place, String text) {
        try {
            if (text.length() <= BYTES_MAX * 4 / 3 + 4) {
                byte[] bytes = Base64.getUrlDecoder().decode(text);
                ByteBuffer in = ByteBuffer.wrap(bytes);
                int end = bytes.length - Integer.BYTES;
                if (end > 0 && in.getInt(end) == crc(bytes, end) && in.get() == VERSION) {
                    String index = text(in);
                    String incarnation = text(in);
                    long generation = in.getLong();
                    long now = in.getLong();
                    byte[] order = new byte[ORDER_BYTES];
                    in.get(order);
                    HitPlace last = new HitPlace(in.getInt(), in.getInt(), in.getFloat());
                    if (in.position() == end) {
                        String digest = HexFormat.of().formatHex(order);
                        return new Cursor(index, incarnation, generation, now, digest, last);
                    }
                }
            }
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            // Refused below, like everything else that we did not write.
        }
        throw InvalidRequest.malformed(
                place,
                "cursor %s, expected the cursor of an earlier answer"
                        .formatted(Place.quoted(text)));
    }

    private static String text(ByteBuffer in) {
        byte[] utf8 = new byte[Byte.toUnsignedInt(in.get())];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
