package io.millrace.document;

import io.millrace.MillraceException.InvalidRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A key as URLs write it: percent-encoded parts joined by `,`. A key of one part is the whole
/// text, commas included.
public final class KeyText {
    private KeyText() {}

    /// @throws InvalidRequest when the parts are not as many as expected or do not fit
    public static DocumentKey parse(Schema schema, String encoded) {
        List<String> texts =
                schema.keyPaths().size() <= 1 ? List.of(encoded) : List.of(encoded.split(",", -1));
        List<Value> parts = new ArrayList<>(texts.size());
        texts.forEach(text -> parts.add(Value.of(percentDecoded(text))));
        return schema.keyFrom(parts);
    }

    private static String percentDecoded(String text) {
        var bytes = new ByteArrayOutputStream(text.length());
        for (int at = 0; at < text.length(); at++) {
            int c = text.codePointAt(at);
            if (c != '%') {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                at += Character.charCount(c) - 1;
                continue;
            }
            if (at + 2 >= text.length()
                    || !HexFormat.isHexDigit(text.charAt(at + 1))
                    || !HexFormat.isHexDigit(text.charAt(at + 2))) {
                throw InvalidRequest.malformed(
                        "", "key %s: %% without two hexadecimal digits".formatted(text));
            }
            bytes.write(HexFormat.fromHexDigits(text, at + 1, at + 3));
            at += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw InvalidRequest.malformed("", "key %s is not UTF-8".formatted(text));
        }
    }
}
