package io.millrace.search;

import java.util.List;

/// One word of a phrase.
///
/// - position: counted from the first word; one that the analyzer leaves out leaves a gap
/// - spellings: any of them may stand there
public record PhraseWord(int position, List<String> spellings) {
    public PhraseWord {
        spellings = List.copyOf(spellings);
        if (position < 0 || spellings.isEmpty()) {
            throw new IllegalArgumentException(spellings + " at " + position);
        }
    }
}
