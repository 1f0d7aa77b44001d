package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.Analyzers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What an analyzer makes of a text, for people who want to see why something is found or not.
///
/// - analyzer: its name
public record AnalyzedText(String analyzer, List<Token> tokens) {
    private static final String FIELD = "field";
    private static final String ANALYZER = "analyzer";
    private static final String TEXT = "text";
    private static final List<String> MEMBERS = List.of(FIELD, ANALYZER, TEXT);

    public AnalyzedText {
        tokens = List.copyOf(tokens);
    }

    /// - position: counted from 0; a word that is left out leaves a gap
    /// - start, end: where in the text, in chars
    public record Token(String term, int position, int start, int end) {}

    /// @param body an object with `text`, and `field` or `analyzer`
    /// @throws MillraceException.InvalidRequest with a JSON pointer into the body
    public static AnalyzedText of(Schema schema, Value body) {
        if (!(body instanceof Value.Obj(Map<String, Value> members))) {
            throw Place.BODY.mismatch(body, "an object with text, and field or analyzer");
        }
        for (String name : members.keySet()) {
            if (!MEMBERS.contains(name)) {
                throw Place.BODY.member(name).unknown("member", name, MEMBERS);
            }
        }
        @Nullable Value given = members.get(TEXT);
        if (given == null) {
            throw Place.BODY.refusal("no text, expected one in " + TEXT);
        }
        String text = ClauseParser.text(given, Place.BODY.member(TEXT), "a text");
        if (text.length() > SearchLimits.ANALYZED_CHARS_MAX) {
            throw Place.BODY
                    .member(TEXT)
                    .refusal(
                            "%d characters, expected at most %d"
                                    .formatted(text.length(), SearchLimits.ANALYZED_CHARS_MAX));
        }
        String analyzer = analyzer(schema, members);
        List<Token> tokens = new ArrayList<>();
        TextTokens.read(
                Analyzers.named(analyzer),
                TEXT,
                List.of(text),
                token ->
                        tokens.add(
                                new Token(
                                        token.term(),
                                        token.position(),
                                        token.start(),
                                        token.end())));
        return new AnalyzedText(analyzer, tokens);
    }

    private static String analyzer(Schema schema, Map<String, Value> members) {
        @Nullable Value field = members.get(FIELD);
        @Nullable Value analyzer = members.get(ANALYZER);
        if ((field == null) == (analyzer == null)) {
            throw Place.BODY.refusal("expected one of field and analyzer");
        }
        if (analyzer != null) {
            Place at = Place.BODY.member(ANALYZER);
            String name = ClauseParser.text(analyzer, at, "a name");
            if (!Analyzers.NAMES.contains(name)) {
                throw at.unknown("analyzer", name, new TreeSet<>(Analyzers.NAMES));
            }
            return name;
        }
        Place at = Place.BODY.member(FIELD);
        String path = field == null ? "" : ClauseParser.text(field, at, "a field");
        Field text = new FieldChecks(schema, Instant.EPOCH).field(path, ClauseKind.MATCH, at);
        return text.analysis().analyzer();
    }
}
