package io.millrace.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Cuts texts into the pieces with the most marks, and writes the marks. Immutable.
final class FragmentWriter {
    /// How far from where a piece should end a space is looked for.
    private static final int SNAP_CHARS = 20;

    /// A part of a text, in chars.
    record Span(int start, int end) {}

    /// - spans: those inside
    private record Piece(int text, Span part, List<Span> spans) {}

    private final Highlight highlight;

    FragmentWriter(Highlight highlight) {
        this.highlight = highlight;
    }

    /// The pieces in the order of the texts; none when nothing is marked.
    ///
    /// @param spans by text, in the order of their starts
    List<String> pieces(List<String> texts, List<List<Span>> spans) {
        List<Piece> pieces = new ArrayList<>();
        for (int text = 0; text < texts.size(); text++) {
            List<Span> apart = apart(spans.get(text));
            if (apart.isEmpty()) {
                continue;
            }
            if (highlight.fragments() == 0) {
                pieces.add(new Piece(text, new Span(0, texts.get(text).length()), apart));
            } else {
                cut(text, texts.get(text), apart, pieces);
            }
        }
        if (highlight.fragments() > 0 && pieces.size() > highlight.fragments()) {
            List<Piece> best = new ArrayList<>(pieces);
            best.sort(Comparator.comparingInt(piece -> -piece.spans().size()));
            pieces.retainAll(best.subList(0, highlight.fragments()));
        }
        return pieces.stream().map(piece -> written(texts.get(piece.text()), piece)).toList();
    }

    /// Joins those that overlap.
    private static List<Span> apart(List<Span> spans) {
        List<Span> apart = new ArrayList<>();
        for (Span span : spans) {
            if (apart.isEmpty() || apart.getLast().end() <= span.start()) {
                apart.add(span);
            } else {
                Span last = apart.removeLast();
                apart.add(new Span(last.start(), Math.max(last.end(), span.end())));
            }
        }
        return apart;
    }

    /// Pieces that do not overlap, each with its first mark a little behind its start.
    private void cut(int text, String chars, List<Span> spans, List<Piece> into) {
        int done = 0;
        for (int i = 0; i < spans.size(); ) {
            Span first = spans.get(i);
            int from = Math.max(done, first.start() - highlight.lengthChars() / 4);
            int start = from == done && done == 0 ? 0 : behindSpace(chars, from, first.start());
            int wanted = Math.min(chars.length(), start + highlight.lengthChars());
            int end = Math.max(first.end(), beforeSpace(chars, wanted, first.end()));
            List<Span> inside = new ArrayList<>();
            for (; i < spans.size() && spans.get(i).end() <= end; i++) {
                inside.add(spans.get(i));
            }
            if (i < spans.size() && spans.get(i).start() < end) {
                // A mark is never cut, and none that is inside is left behind the end.
                int last = inside.isEmpty() ? first.end() : inside.getLast().end();
                end = Math.max(last, beforeSpace(chars, spans.get(i).start(), last));
            }
            into.add(new Piece(text, new Span(start, end), inside));
            done = end;
        }
    }

    /// The start of a word at or behind `from`, not behind `last`.
    private static int behindSpace(String text, int from, int last) {
        for (int at = from; at < Math.min(last, from + SNAP_CHARS); at++) {
            if (Character.isWhitespace(text.charAt(at))) {
                return at + 1;
            }
        }
        return whole(text, from);
    }

    /// The end of a word at or before `to`, not before `first`.
    private static int beforeSpace(String text, int to, int first) {
        if (to == text.length()) {
            return to;
        }
        for (int at = to; at > Math.max(first, to - SNAP_CHARS); at--) {
            if (Character.isWhitespace(text.charAt(at))) {
                return at;
            }
        }
        return whole(text, to);
    }

    /// The same place, or the one before it where that would cut a character in two.
    private static int whole(String text, int at) {
        boolean cuts = at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at));
        return cuts ? at - 1 : at;
    }

    private String written(String text, Piece piece) {
        StringBuilder written = new StringBuilder();
        int at = piece.part().start();
        for (Span span : piece.spans()) {
            put(text, at, span.start(), written);
            written.append(highlight.pre());
            put(text, span.start(), span.end(), written);
            written.append(highlight.post());
            at = span.end();
        }
        put(text, at, piece.part().end(), written);
        return written.toString();
    }

    private void put(String text, int from, int to, StringBuilder into) {
        if (!highlight.isHtml()) {
            into.append(text, from, to);
            return;
        }
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> into.append("&amp;");
                case '<' -> into.append("&lt;");
                case '>' -> into.append("&gt;");
                case '"' -> into.append("&quot;");
                case '\'' -> into.append("&#39;");
                default -> into.append(c);
            }
        }
    }
}
