package io.millrace.search;

import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A condition on documents, checked against the schema when it was parsed.
///
/// A document with several values in a field meets a condition when any of them does.
public sealed interface Query {
    record Eq(Field field, Value value) implements Query {}

    record In(Field field, List<Value> values) implements Query {
        public In {
            values = List.copyOf(values);
        }
    }

    /// Bounds are null where open.
    record Range(
            Field field,
            @Nullable Value lower,
            boolean lowerInclusive,
            @Nullable Value upper,
            boolean upperInclusive)
            implements Query {}

    record Exists(Field field) implements Query {}

    /// Keywords that begin with the prefix, compared as UTF-8 bytes.
    record Prefix(Field field, String prefix) implements Query {}

    /// Keywords that fit the pattern as a whole.
    record Wildcard(Field field, WildcardPattern pattern) implements Query {}

    /// The documents of these keys; written as `eq` or `in` on `_key`.
    record Keys(List<DocumentKey> keys) implements Query {
        public Keys {
            keys = List.copyOf(keys);
        }
    }

    record And(List<Query> clauses) implements Query {
        public And {
            clauses = List.copyOf(clauses);
        }
    }

    record Or(List<Query> clauses) implements Query {
        public Or {
            clauses = List.copyOf(clauses);
        }
    }

    /// Live documents that do not meet the clause.
    record Not(Query clause) implements Query {}

    /// At least so many of the words; those that a document has score by BM25. Without words
    /// nothing matches.
    ///
    /// - terms: distinct, in the order of the text
    /// - required: 1 for any of them, their number for all
    /// - boost: what the score is multiplied by
    record Match(Field field, List<TextTerm> terms, int required, float boost) implements Query {
        public Match {
            terms = List.copyOf(terms);
            if (required < 1 || required > Math.max(1, terms.size())) {
                throw new IllegalArgumentException(
                        "%d of %d words required".formatted(required, terms.size()));
            }
        }

        /// Matches of one query seldom differ in anything but their words.
        @Override
        public int hashCode() {
            return terms.hashCode();
        }
    }

    /// The words in this order next to each other; scores by BM25 like one word that is as rare as
    /// all of them together.
    ///
    /// - slop: how far the words may be from where they stand in the phrase, all together
    record Phrase(Field field, List<PhraseWord> words, int slop, float boost) implements Query {
        public Phrase {
            words = List.copyOf(words);
            if (words.size() < 2 || slop < 0) {
                throw new IllegalArgumentException(
                        "phrase of %d words, slop %d".formatted(words.size(), slop));
            }
        }
    }

    /// At least so many of the clauses, at least one; scores the sum of those that are met.
    record AtLeast(int required, List<Query> clauses) implements Query {
        public AtLeast {
            clauses = List.copyOf(clauses);
            if (required < 1 || required > clauses.size()) {
                throw new IllegalArgumentException(
                        "%d of %d clauses required".formatted(required, clauses.size()));
            }
        }
    }

    /// What is required alone decides; a document that meets the other one too gets its score on
    /// top.
    record Preferring(Query required, Query preferred) implements Query {}

    record All() implements Query {}

    /// The clauses right inside this one; that of a [Not] is none, it says what is not there.
    default List<Query> inner() {
        return switch (this) {
            case And(List<Query> clauses) -> clauses;
            case Or(List<Query> clauses) -> clauses;
            case AtLeast(_, List<Query> clauses) -> clauses;
            case Preferring(Query required, Query preferred) -> List.of(required, preferred);
            case Match _,
                    Phrase _,
                    Eq _,
                    In _,
                    Range _,
                    Exists _,
                    Prefix _,
                    Wildcard _,
                    Keys _,
                    Not _,
                    All _ ->
                    List.of();
        };
    }

    /// True when documents that meet this condition get a score: when it has a [Match] or a
    /// [Phrase] outside of every [Not].
    default boolean scores() {
        return this instanceof Match
                || this instanceof Phrase
                || inner().stream().anyMatch(Query::scores);
    }
}
