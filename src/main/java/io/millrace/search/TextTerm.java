package io.millrace.search;

import java.util.List;

/// One word that a text condition looks for, as the analyzer of its field left it.
public sealed interface TextTerm {

    /// How often the text named it: so much more it weighs.
    int times();

    /// A word, or any of several that stand for the same.
    record Word(List<String> spellings, int times) implements TextTerm {
        public Word {
            spellings = List.copyOf(spellings);
            if (spellings.isEmpty() || times < 1) {
                throw new IllegalArgumentException(spellings + " named " + times + " times");
            }
        }

        static Word of(String term) {
            return new Word(List.of(term), 1);
        }
    }

    /// Any word that begins so. It scores like one rare word that stands in a document once: the
    /// more documents have any of them, the less it counts.
    record Beginning(String prefix) implements TextTerm {
        @Override
        public int times() {
            return 1;
        }
    }
}
