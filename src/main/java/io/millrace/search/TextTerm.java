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

    /// Any word that differs from this one by at most so many letters that were added, left out,
    /// changed, or swapped with the next; of very many the closest. Each scores by itself, the less
    /// the more it differs, as common as the most common of them.
    ///
    /// - edits: 1 or 2
    /// - prefixLength: so many letters in front must be the same
    record Alike(String word, int edits, int prefixLength, int times) implements TextTerm {
        public Alike {
            if (edits < 1 || edits > 2 || prefixLength < 0) {
                throw new IllegalArgumentException(edits + " edits behind " + prefixLength);
            }
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
