package io.millrace.json;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import io.millrace.document.Value;

/// JSON text from and to values and documents.
public final class Json {
    private Json() {}

    /// One JSON object, streamed into its binary form without a tree.
    ///
    /// @throws MillraceException.InvalidRequest naming line, column and what was found
    public static Document parseDocument(byte[] utf8) {
        throw new MillraceException.Bug("skeleton");
    }

    /// One JSON value.
    public static Value parse(byte[] utf8) {
        throw new MillraceException.Bug("skeleton");
    }

    /// One YAML (or JSON) value.
    public static Value parseYaml(byte[] utf8) {
        throw new MillraceException.Bug("skeleton");
    }

    public static byte[] bytes(Value value) {
        throw new MillraceException.Bug("skeleton");
    }

    public static byte[] bytes(Document document) {
        throw new MillraceException.Bug("skeleton");
    }
}
