package io.millrace.document;

import io.millrace.MillraceException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An immutable JSON object in its binary form ([DocumentLayout]). Whoever hands in the bytes gives
/// them away.
public final class Document {
    private final byte[] bytes;

    private Document(byte[] bytes) {
        this.bytes = bytes;
    }

    /// A document over bytes that [#bytes] of another one returned.
    public static Document ofBytes(byte[] bytes) {
        return new Document(bytes);
    }

    public static Document of(Value.Obj root) {
        DocumentWriter writer = new DocumentWriter();
        writer.value(root);
        return writer.finish();
    }

    /// The binary form itself, not a copy: never written to.
    public byte[] bytes() {
        return bytes;
    }

    /// Bytes of the binary form.
    public int sizeBytes() {
        return bytes.length;
    }

    public DocumentCursor cursor() {
        return new DocumentCursor(bytes);
    }

    /// The value at a dotted path, or null where there is none; see [Schema#at].
    ///
    /// @throws io.millrace.MillraceException.Corrupt when the bytes are no document
    public @Nullable Value at(String path) {
        DocumentCursor cursor = cursor();
        if (cursor.next() != DocumentCursor.Token.OBJECT) {
            throw new MillraceException.Corrupt("document without an object at its root");
        }
        return cursor.find(path.getBytes(StandardCharsets.UTF_8));
    }

    /// The document as a tree.
    ///
    /// @throws io.millrace.MillraceException.Corrupt when the bytes are no document
    public Value.Obj root() {
        return cursor().readTree();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Document that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return root().toString();
    }
}
