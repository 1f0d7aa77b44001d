package io.millrace.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// One document of the media data set, reused from record to record: what both sides read from the
/// data file before they make an input object of their own.
///
/// ```
/// record := int length · long id · int user · byte nsfw · byte type · byte tagCount · int tags[tagCount]
///           · long reactions · long ts · short titleBytes · title (ASCII) · short jsonBytes · JSON (ASCII)
/// ```
final class MediaRecord {
    static final String[] TYPES = {"image", "video", "audio", "model"};

    long id;
    int user;
    int nsfw;
    int type;
    int tagCount;
    final int[] tags = new int[16];
    long reactions;
    long timestampSeconds;
    String title = "";
    byte[] json = {};

    String typeName() {
        return TYPES[type];
    }

    String userName() {
        return "user" + user;
    }

    String tagName(int i) {
        return "tag" + tags[i];
    }

    /// The document as JSON, from the other members.
    void encodeJson() {
        StringBuilder out = new StringBuilder(320);
        out.append("{\"id\":").append(id).append(",\"user\":\"").append(userName());
        out.append("\",\"nsfw\":\"").append(nsfw).append("\",\"type\":\"").append(typeName());
        out.append("\",\"tags\":[");
        for (int i = 0; i < tagCount; i++) {
            out.append(i == 0 ? "\"" : ",\"").append(tagName(i)).append('"');
        }
        out.append("],\"reactions\":").append(reactions).append(",\"ts\":");
        out.append(timestampSeconds).append(",\"title\":\"").append(title).append("\"}");
        json = out.toString().getBytes(StandardCharsets.US_ASCII);
    }

    void write(ByteBuffer out) {
        int start = out.position();
        out.putInt(0);
        out.putLong(id).putInt(user).put((byte) nsfw).put((byte) type).put((byte) tagCount);
        for (int i = 0; i < tagCount; i++) {
            out.putInt(tags[i]);
        }
        out.putLong(reactions).putLong(timestampSeconds);
        out.putShort((short) title.length()).put(title.getBytes(StandardCharsets.US_ASCII));
        out.putShort((short) json.length).put(json);
        out.putInt(start, out.position() - start);
    }

    void read(ByteBuffer in) {
        in.getInt();
        id = in.getLong();
        user = in.getInt();
        nsfw = in.get();
        type = in.get();
        tagCount = in.get();
        for (int i = 0; i < tagCount; i++) {
            tags[i] = in.getInt();
        }
        reactions = in.getLong();
        timestampSeconds = in.getLong();
        byte[] titleBytes = new byte[in.getShort()];
        in.get(titleBytes);
        title = new String(titleBytes, StandardCharsets.US_ASCII);
        json = new byte[in.getShort()];
        in.get(json);
    }
}
