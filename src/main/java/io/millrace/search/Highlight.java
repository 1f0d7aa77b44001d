package io.millrace.search;

import io.millrace.document.Field;
import java.util.List;

/// How hits show where their texts match.
///
/// - fields: texts to show, as far as they match
/// - fragments: pieces of a text at most; 0 for the whole text
/// - lengthChars: of a piece, about
/// - pre, post: what stands around a matching word
/// - isHtml: the text between is encoded for HTML, `pre` and `post` are not
public record Highlight(
        List<Field> fields,
        int fragments,
        int lengthChars,
        String pre,
        String post,
        boolean isHtml) {
    static final int FRAGMENTS_DEFAULT = 3;
    static final int LENGTH_DEFAULT = 150;
    static final String PRE_DEFAULT = "<em>";
    static final String POST_DEFAULT = "</em>";

    public Highlight {
        fields = List.copyOf(fields);
    }

    static Highlight of(List<Field> fields) {
        return new Highlight(
                fields, FRAGMENTS_DEFAULT, LENGTH_DEFAULT, PRE_DEFAULT, POST_DEFAULT, false);
    }
}
