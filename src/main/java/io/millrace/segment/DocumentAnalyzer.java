package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Coercion;
import io.millrace.document.Document;
import io.millrace.document.DocumentCursor;
import io.millrace.document.DocumentCursor.Token;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/// Checks documents against a schema and cuts them into terms.
///
/// - Objects flatten to dotted paths. Members without a field are skipped, or noted in
///   [#foundFields] and [#ignoredPaths] when the schema is dynamic.
/// - An array is allowed where the field is `multi`; each item is a value, nested arrays flatten.
/// - A null is no value, an empty array none either.
/// - What does not fit a declared field is refused; what does not fit a dynamic one is noted.
///
/// Confined to one thread.
final class DocumentAnalyzer {
    private final PathTree paths;
    private final FoundPaths found = new FoundPaths();
    private Schema schema;
    private int room;

    /// By field ordinal; null until a text of the field was seen.
    private @Nullable Analyzer[] textAnalyzers;

    /// Nothing is inferred any more from the document at hand.
    private boolean settled;

    /// What the value at hand comes to, once [#takes] has found out that its dynamic field takes
    /// it: a number for a numeric field, else bytes.
    private long takenNumber;

    private byte[] takenTerm = {};

    DocumentAnalyzer(Schema schema) {
        this.schema = schema;
        paths = new PathTree(schema);
        room = schema.room();
        textAnalyzers = new Analyzer[schema.fields().size()];
    }

    /// Goes on with a later version of the schema.
    void follow(Schema later) {
        schema = later;
        room = later.room();
        paths.grow(later);
        textAnalyzers = new Analyzer[later.fields().size()];
    }

    /// Fields to be inferred, by path: the document must be analysed again when there are any.
    Map<String, FieldType> foundFields() {
        return found.fields();
    }

    /// Paths at which the document has values that are not indexed.
    Set<String> ignoredPaths() {
        return found.ignored();
    }

    /// @param last true when the schema has taken in what it will
    /// @throws InvalidRequest when a value does not fit its field; `into` is incomplete then
    void analyze(Document document, AnalyzedDocument into, boolean last) {
        into.begin();
        found.begin(last ? 0 : room);
        settled = last;
        DocumentCursor cursor = document.cursor();
        if (cursor.next() != Token.OBJECT) {
            throw new MillraceException.Corrupt("document without an object at its root");
        }
        object(document.bytes(), cursor, paths.root(), false, into);
        into.complete(document);
    }

    private void object(
            byte[] bytes,
            DocumentCursor cursor,
            PathTree.Node object,
            boolean inArray,
            AnalyzedDocument into) {
        for (Token token = cursor.next(); token != Token.END; token = cursor.next()) {
            PathTree.Node node = object.child(bytes, cursor.nameOffset(), cursor.nameLengthBytes());
            if (node != null) {
                member(bytes, cursor, token, node, inArray, into);
            } else if (schema.dynamic()) {
                String name = cursor.name();
                found.add(
                        cursor, token, object.path().isEmpty() ? name : object.path() + "." + name);
            } else if (token == Token.OBJECT || token == Token.ARRAY) {
                cursor.skip();
            }
        }
    }

    private void member(
            byte[] bytes,
            DocumentCursor cursor,
            Token token,
            PathTree.Node node,
            boolean inArray,
            AnalyzedDocument into) {
        switch (token) {
            case NULL -> {}
            case OBJECT -> {
                if (node.field() >= 0 && !field(node).dynamic()) {
                    throw refused(field(node), "an object, expected a value");
                }
                object(bytes, cursor, node, inArray, into);
            }
            case ARRAY -> {
                Token item = cursor.next();
                if (item != Token.END && node.field() >= 0 && !field(node).multi()) {
                    throw refused(
                            field(node),
                            "an array, expected one value; allow several with multi: true");
                }
                while (item != Token.END) {
                    member(bytes, cursor, item, node, true, into);
                    item = cursor.next();
                }
            }
            case BOOL, INT, REAL, DECIMAL, TEXT -> {
                if (node.field() >= 0) {
                    value(bytes, cursor, token, node.field(), inArray, into);
                } else if (schema.dynamic()) {
                    found.add(cursor, token, node.path());
                }
            }
            case END, DONE -> throw new MillraceException.Bug("no member at " + token);
        }
    }

    private void value(
            byte[] bytes,
            DocumentCursor cursor,
            Token token,
            int ordinal,
            boolean inArray,
            AnalyzedDocument into) {
        Field field = schema.fields().get(ordinal);
        if (field.type() == FieldType.BYTES) {
            return;
        }
        if (field.dynamic() && !takes(field, cursor, token)) {
            return;
        }
        AnalyzedField analyzed = into.enter(ordinal);
        if (!field.multi() && (inArray || analyzed.valueCount > 0)) {
            throw refused(field, "several values, expected one; allow several with multi: true");
        }
        analyzed.valueCount++;
        switch (field.type()) {
            case LONG, DOUBLE, BOOL, TIMESTAMP, DATE ->
                    analyzed.numbers.add(number(field, cursor, token));
            case KEYWORD -> {
                if (token == Token.TEXT) {
                    keyword(
                            field,
                            bytes,
                            cursor.textOffset(),
                            cursor.textLengthBytes(),
                            analyzed,
                            into);
                } else {
                    byte[] utf8 = text(field, cursor, token).getBytes(StandardCharsets.UTF_8);
                    keyword(field, utf8, 0, utf8.length, analyzed, into);
                }
            }
            case DECIMAL, UUID -> {
                byte[] term =
                        field.dynamic() ? takenTerm : Coercion.term(field, cursor.value(token));
                keyword(field, term, 0, term.length, analyzed, into);
            }
            case BYTES -> throw new MillraceException.Bug(field.path() + " is in no index");
            case TEXT -> terms(ordinal, field, text(field, cursor, token), analyzed, into);
            case STRING -> {
                String text = text(field, cursor, token);
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                if (utf8.length <= FieldType.STRING_KEYWORD_BYTES_MAX) {
                    keyword(field, utf8, 0, utf8.length, analyzed, into);
                }
                terms(ordinal, field, text, analyzed, into);
            }
        }
    }

    private long number(Field field, DocumentCursor cursor, Token token) {
        if (token == Token.INT && field.type() == FieldType.LONG) {
            return cursor.integer();
        }
        return field.dynamic() ? takenNumber : Coercion.ordered(field, cursor.value(token));
    }

    /// False when a dynamic field does not take the value at hand, which is noted then.
    private boolean takes(Field field, DocumentCursor cursor, Token token) {
        boolean takesAny =
                switch (field.type()) {
                    case KEYWORD, BYTES, TEXT, STRING -> true;
                    case LONG -> token == Token.INT;
                    case BOOL, DOUBLE, DECIMAL, TIMESTAMP, DATE, UUID -> false;
                };
        if (takesAny) {
            return true;
        }
        Value value = cursor.value(token);
        try {
            switch (field.type()) {
                case BOOL, LONG, DOUBLE, TIMESTAMP, DATE ->
                        takenNumber = Coercion.ordered(field, value);
                case DECIMAL, UUID -> takenTerm = Coercion.term(field, value);
                case KEYWORD, BYTES, TEXT, STRING -> {}
            }
            return true;
        } catch (InvalidRequest e) {
            noteRefused(field, value);
            return false;
        }
    }

    private void noteRefused(Field field, Value value) {
        if (field.type() == FieldType.LONG
                && !settled
                && Coercion.fits(field.withType(FieldType.DOUBLE), value)) {
            found.widen(field.path(), FieldType.DOUBLE);
        } else {
            found.ignore(field.path());
        }
    }

    /// Adds the ignored paths to a document as values of [Field#IGNORED].
    void listIgnored(AnalyzedDocument into) {
        if (found.ignored().isEmpty()) {
            return;
        }
        int ordinal = schema.ordinal(Field.IGNORED.path());
        AnalyzedField analyzed = into.enter(ordinal);
        for (String path : found.ignored()) {
            byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
            analyzed.valueCount++;
            keyword(Field.IGNORED, utf8, 0, utf8.length, analyzed, into);
        }
    }

    private static String text(Field field, DocumentCursor cursor, Token token) {
        return token == Token.TEXT ? cursor.text() : Coercion.text(field, cursor.value(token));
    }

    private void terms(
            int ordinal, Field field, String text, AnalyzedField analyzed, AnalyzedDocument into) {
        try (TokenStream stream = textAnalyzer(ordinal).tokenStream(field.path(), text)) {
            TermToBytesRefAttribute term = stream.getAttribute(TermToBytesRefAttribute.class);
            PositionIncrementAttribute position =
                    stream.getAttribute(PositionIncrementAttribute.class);
            stream.reset();
            if (analyzed.valueCount > 1) {
                analyzed.position += Analyzers.POSITION_GAP;
            }
            while (stream.incrementToken()) {
                BytesRef utf8 = term.getBytesRef();
                checkLength(field, utf8.length);
                analyzed.termOffsets.add(into.bytes().size());
                analyzed.termLengths.add(utf8.length);
                into.bytes().addAll(utf8.bytes, utf8.offset, utf8.length);
                // A text with a term has a length: the first one counts wherever it stands.
                boolean isBeside = position.getPositionIncrement() == 0 && analyzed.textLength > 0;
                analyzed.textLength += isBeside ? 0 : 1;
                analyzed.position =
                        Math.max(0, analyzed.position + position.getPositionIncrement());
                analyzed.termPositions.add(analyzed.position);
            }
            stream.end();
            analyzed.position += position.getPositionIncrement();
        } catch (IOException e) {
            throw new UncheckedIOException("reading a string from memory", e);
        }
    }

    private Analyzer textAnalyzer(int ordinal) {
        Analyzer known = textAnalyzers[ordinal];
        if (known == null) {
            known = Analyzers.of(schema.fields().get(ordinal).analysis());
            textAnalyzers[ordinal] = known;
        }
        return known;
    }

    private static void keyword(
            Field field,
            byte[] source,
            int offset,
            int length,
            AnalyzedField analyzed,
            AnalyzedDocument into) {
        checkLength(field, length);
        analyzed.offsets.add(into.bytes().size());
        analyzed.lengths.add(length);
        into.bytes().addAll(source, offset, length);
    }

    private static void checkLength(Field field, int length) {
        if (length > TermsLayout.TERM_BYTES_MAX) {
            throw refused(
                    field,
                    "a value or term of %d bytes, expected at most %d"
                            .formatted(length, TermsLayout.TERM_BYTES_MAX));
        }
    }

    private Field field(PathTree.Node node) {
        return schema.fields().get(node.field());
    }

    private static InvalidRequest refused(Field field, String what) {
        return InvalidRequest.malformed(
                "", "field %s (%s): %s".formatted(field.path(), field.type().label(), what));
    }
}
