package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Analysis;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.OwnAnalyzer;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.Analyzers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.lucene.analysis.Analyzer;
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
    /// - positions: how many it takes; several for a word that stands for several others
    /// - start, end: where in the text, in chars; of a synonym the words that it is for
    /// - isSynonym: it is not in the text
    public record Token(
            String term, int position, int positions, int start, int end, boolean isSynonym) {}

    /// @param analyzers those that the definition makes
    /// @param body an object with `text`, and `field` or `analyzer`
    /// @throws MillraceException.InvalidRequest with a JSON pointer into the body
    public static AnalyzedText of(Schema schema, OwnAnalyzers analyzers, Value body) {
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
        Named named = named(schema, analyzers, members);
        return new AnalyzedText(named.name(), tokens(named, text));
    }

    /// - own: that of the definition, if it is one of these
    private record Named(String name, Analysis analysis, Optional<OwnAnalyzer> own) {}

    private static Named named(Schema schema, OwnAnalyzers analyzers, Map<String, Value> members) {
        @Nullable Value field = members.get(FIELD);
        @Nullable Value analyzer = members.get(ANALYZER);
        if ((field == null) == (analyzer == null)) {
            throw Place.BODY.refusal("expected one of field and analyzer");
        }
        if (analyzer != null) {
            Place at = Place.BODY.member(ANALYZER);
            String name = ClauseParser.text(analyzer, at, "a name");
            Optional<OwnAnalyzer> own = Optional.ofNullable(analyzers.byName().get(name));
            if (own.isEmpty() && !Analyzers.NAMES.contains(name)) {
                SortedSet<String> names = new TreeSet<>(Analyzers.NAMES);
                names.addAll(analyzers.byName().keySet());
                throw at.unknown("analyzer", name, names);
            }
            return new Named(
                    name, own.map(OwnAnalyzer::analysis).orElseGet(() -> Analysis.of(name)), own);
        }
        Place at = Place.BODY.member(FIELD);
        String path = field == null ? "" : ClauseParser.text(field, at, "a field");
        Field text =
                new FieldChecks(schema, Instant.EPOCH, analyzers).field(path, ClauseKind.MATCH, at);
        return new Named(
                analyzers.names().getOrDefault(path, text.analysis().analyzer()),
                text.analysis(),
                analyzers.ofField(path));
    }

    /// By position; words of the text in front of their synonyms.
    private static List<Token> tokens(Named named, String text) {
        Analyzer analyzer = Analyzers.of(named.analysis());
        List<Token> tokens = new ArrayList<>();
        int at = 0;
        TextPieces cut =
                TextPieces.of(
                        Field.of(TEXT, FieldType.TEXT).withAnalysis(named.analysis()),
                        named.own().map(Synonyms::of).orElse(null),
                        text);
        if (cut.synonymCount() > SearchLimits.SYNONYMS_MAX) {
            throw Place.BODY
                    .member(TEXT)
                    .refusal(
                            "%d synonyms, expected at most %d"
                                    .formatted(cut.synonymCount(), SearchLimits.SYNONYMS_MAX));
        }
        for (TextPiece piece : cut.pieces()) {
            List<TextWords> ways = piece.ways();
            int positions = ways.stream().mapToInt(TextWords::length).max().orElse(0);
            if (piece.isKept()) {
                addWritten(analyzer, text, piece, at, positions, tokens);
            }
            for (TextWords way : piece.isKept() ? ways.subList(1, ways.size()) : ways) {
                addSynonym(way, piece, at, positions, tokens);
            }
            at += positions;
        }
        tokens.sort(Comparator.comparingInt(Token::position));
        return tokens;
    }

    /// The last word of what takes fewer positions than another reaches to where that ends.
    private static int reach(int position, int length, int positions) {
        return position + 1 == length ? positions - position : 1;
    }

    private static void addWritten(
            Analyzer analyzer,
            String text,
            TextPiece piece,
            int at,
            int positions,
            List<Token> into) {
        int length = piece.written().length();
        TextTokens.read(
                analyzer,
                TEXT,
                List.of(text.substring(piece.start(), piece.end())),
                token ->
                        into.add(
                                new Token(
                                        token.term(),
                                        at + token.position(),
                                        reach(token.position(), length, positions),
                                        piece.start() + token.start(),
                                        piece.start() + token.end(),
                                        false)));
    }

    private static void addSynonym(
            TextWords way, TextPiece piece, int at, int positions, List<Token> into) {
        for (PhraseWord word : way.words()) {
            for (String spelling : word.spellings()) {
                into.add(
                        new Token(
                                spelling,
                                at + word.position(),
                                reach(word.position(), way.length(), positions),
                                piece.start(),
                                piece.end(),
                                true));
            }
        }
    }
}
