package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.segment.Analyzers;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/// Cuts texts into terms, as the index does.
final class TextTokens {

    /// - position: counted from 0 over all values, as segments hold it
    /// - value: which of the values it stands in
    /// - start, end: where in the value, in chars
    record Token(String term, int position, int value, int start, int end) {}

    private TextTokens() {}

    /// Returns the last position taken, of words that are left out too; -1 when there are none.
    static int read(Analyzer analyzer, String path, List<String> values, Consumer<Token> each) {
        int position = -1;
        for (int value = 0; value < values.size(); value++) {
            try (TokenStream tokens = analyzer.tokenStream(path, values.get(value))) {
                CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
                OffsetAttribute offset = tokens.addAttribute(OffsetAttribute.class);
                PositionIncrementAttribute increment =
                        tokens.addAttribute(PositionIncrementAttribute.class);
                tokens.reset();
                position += value > 0 ? Analyzers.POSITION_GAP : 0;
                while (tokens.incrementToken()) {
                    position = Math.max(0, position + increment.getPositionIncrement());
                    each.accept(
                            new Token(
                                    term.toString(),
                                    position,
                                    value,
                                    offset.startOffset(),
                                    offset.endOffset()));
                }
                tokens.end();
                position += increment.getPositionIncrement();
            } catch (IOException e) {
                throw new MillraceException.Bug("reading a string failed", e);
            }
        }
        return position;
    }
}
