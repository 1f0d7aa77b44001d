package io.millrace.json;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import io.millrace.document.Value;

/// JSON text from and to values and documents. Stateless; every method may be called from any
/// thread.
///
/// What is read is RFC 8259 in UTF-8 and nothing else: one value, no byte order mark, no repeated
/// member names, no lone surrogates, no `NaN`. Numbers keep their exact value, see [Value].
///
/// - Limits: [#DOCUMENT_BYTES_MAX], [#DEPTH_MAX], [#NAME_CHARS_MAX], [#NUMBER_CHARS_MAX],
///   [#NUMBER_EXPONENT_MAX]
/// - Errors: [MillraceException.InvalidRequest] names line, column and what was found
public final class Json {
    public static final int DOCUMENT_BYTES_MAX = 16 << 20;
    public static final int DEPTH_MAX = 512;
    public static final int NAME_CHARS_MAX = 50_000;
    public static final int NUMBER_CHARS_MAX = 1_000;

    /// A number of more than this power of ten is refused: its plain form would fill the memory of
    /// whoever converts it.
    public static final int NUMBER_EXPONENT_MAX = 9_999;

    private Json() {}

    /// One JSON object, streamed into its binary form without a tree.
    ///
    /// @throws MillraceException.InvalidRequest naming line, column and what was found
    public static Document parseDocument(byte[] utf8) {
        return parseDocument(utf8, 1);
    }

    /// As above, for a line of a larger text.
    ///
    /// @param line where the text begins, for messages; counted from 1
    public static Document parseDocument(byte[] utf8, long line) {
        return new JsonReader(utf8, line).readDocument();
    }

    /// One JSON value.
    ///
    /// @throws MillraceException.InvalidRequest naming line, column and what was found
    public static Value parse(byte[] utf8) {
        return new JsonReader(utf8, 1).readValue();
    }

    /// One YAML (or JSON) value.
    ///
    /// Scalars follow YAML 1.2's JSON schema: `no`, `on` and `1:30` are strings; a number that JSON
    /// would not accept (`012`, `0x1f`, `1_000`) is refused instead of guessed. Aliases, tags and
    /// second documents are refused.
    ///
    /// @throws MillraceException.InvalidRequest naming line, column and what was found
    public static Value parseYaml(byte[] utf8) {
        return YamlReader.read(utf8);
    }

    /// The value as compact JSON in UTF-8; a lone surrogate is written as `?`.
    public static byte[] bytes(Value value) {
        return JsonWriter.bytes(value);
    }

    /// The document as compact JSON in UTF-8.
    ///
    /// @throws MillraceException.Corrupt when the bytes are no document
    public static byte[] bytes(Document document) {
        return JsonWriter.bytes(document);
    }
}
