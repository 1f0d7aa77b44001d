package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Coercion;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.Value;
import io.millrace.segment.ColumnReader;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Makes conditions ready for one segment. Confined to one search.
final class FilterPlanner {
    private static final SegmentFilter NOTHING = new SegmentFilter.Nothing();

    private final SegmentReader segment;
    private final MatchStatistics statistics;
    private final SearchBudget budget = SearchBudget.current();

    FilterPlanner(SegmentReader segment, MatchStatistics statistics) {
        this.segment = segment;
        this.statistics = statistics;
    }

    SegmentFilter plan(Query query) {
        Profile profile = budget.profile();
        if (profile == null || !profile.isOfCondition()) {
            SegmentFilter planned = planned(query);
            return budget.isBounded() ? new SegmentFilter.Budgeted(planned, budget, null) : planned;
        }
        Profile.Clause clause = profile.enter(query);
        SegmentFilter planned = planned(query);
        profile.leave(clause, planned);
        return new SegmentFilter.Budgeted(planned, budget, clause);
    }

    private SegmentFilter planned(Query query) {
        return switch (query) {
            case Query.Eq(Field field, Value value) -> values(field, List.of(value));
            case Query.In(Field field, List<Value> values) -> values(field, values);
            case Query.Range range -> range(range);
            case Query.Exists(Field field) -> exists(field);
            case Query.Prefix(Field field, String prefix) ->
                    prefix(field, prefix.getBytes(StandardCharsets.UTF_8));
            case Query.Wildcard(Field field, WildcardPattern pattern) -> wildcard(field, pattern);
            case Query.Keys(List<DocumentKey> keys) -> keys(keys);
            case Query.And(List<Query> clauses) when clauses.isEmpty() -> everything();
            case Query.And(List<Query> clauses) -> new SegmentFilter.Intersection(all(clauses));
            case Query.Or(List<Query> clauses) -> new SegmentFilter.Union(all(clauses));
            case Query.Not(Query clause) ->
                    new SegmentFilter.Complement(plan(clause), segment.documentCount());
            case Query.Match match -> match(match);
            case Query.Phrase phrase -> phrase(phrase);
            case Query.AtLeast(int required, List<Query> clauses) ->
                    SegmentFilter.atLeast(required, all(clauses));
            case Query.Preferring(Query required, _) -> plan(required);
            case Query.All() -> everything();
        };
    }

    private SegmentFilter everything() {
        return new SegmentFilter.Everything(segment.documentCount());
    }

    private List<SegmentFilter> all(List<Query> clauses) {
        List<SegmentFilter> planned = new ArrayList<>(clauses.size());
        for (Query clause : clauses) {
            planned.add(plan(clause));
        }
        return planned;
    }

    private SegmentFilter values(Field field, List<Value> values) {
        TermsReader terms = segment.terms(field.path());
        if (terms == null) {
            return NOTHING;
        }
        if (Widening.applies(field, segment)) {
            return new SegmentFilter.Union(
                    values.stream().map(value -> widened(field, terms, value)).toList());
        }
        int[] ordinals = new int[values.size()];
        for (int i = 0; i < ordinals.length; i++) {
            ordinals[i] =
                    field.type().isNumeric()
                            ? terms.find(Coercion.ordered(field, values.get(i)))
                            : terms.find(Coercion.term(field, values.get(i)));
        }
        return listed(terms, ordinals);
    }

    /// Several longs may be the same double.
    private SegmentFilter widened(Field field, TermsReader terms, Value value) {
        long ordered = Coercion.ordered(field, value);
        return span(
                field,
                terms,
                Widening.position(terms, ordered, false),
                Widening.position(terms, ordered, true));
    }

    private SegmentFilter match(Query.Match match) {
        TermsReader terms = segment.textTerms(match.field().path());
        if (terms == null || match.terms().isEmpty()) {
            return NOTHING;
        }
        List<List<SegmentFilter>> bySlot = new ArrayList<>();
        match.terms().forEach(_ -> bySlot.add(new ArrayList<>()));
        for (WeightedTerm term : statistics.of(match).terms()) {
            bySlot.get(match.required() == 1 ? 0 : term.slot())
                    .addAll(term.filters(segment, terms));
        }
        if (match.required() == 1) {
            return SegmentFilter.any(bySlot.getFirst());
        }
        List<SegmentFilter> slots = new ArrayList<>(bySlot.size());
        for (List<SegmentFilter> ofSlot : bySlot) {
            slots.add(SegmentFilter.any(ofSlot));
        }
        return SegmentFilter.atLeast(match.required(), slots);
    }

    private SegmentFilter phrase(Query.Phrase phrase) {
        TermsReader terms = segment.textTerms(phrase.field().path());
        if (terms == null || !statistics.of(phrase).isPossible()) {
            return NOTHING;
        }
        List<SegmentFilter> words = new ArrayList<>();
        for (PhraseWord word : phrase.words()) {
            words.add(
                    listed(
                            terms,
                            word.spellings().stream()
                                    .mapToInt(spelling ->
                                            terms.find(spelling.getBytes(StandardCharsets.UTF_8)))
                                    .toArray()));
        }
        return new SegmentFilter.Together(new SegmentFilter.Intersection(words), phrase, segment);
    }

    /// The documents of some terms; ordinals below 0 are terms that do not occur here.
    private static SegmentFilter listed(TermsReader terms, int[] ordinals) {
        List<SegmentFilter> found = new ArrayList<>(ordinals.length);
        for (int ordinal : ordinals) {
            if (ordinal >= 0) {
                found.add(new SegmentFilter.Term(terms, ordinal));
            }
        }
        return SegmentFilter.any(found);
    }

    private SegmentFilter exists(Field field) {
        ImmutableRoaringBitmap present = segment.present(field.path());
        return present == null ? NOTHING : new SegmentFilter.Listed(present);
    }

    private SegmentFilter keys(List<DocumentKey> keys) {
        MutableRoaringBitmap found = new MutableRoaringBitmap();
        for (DocumentKey key : keys) {
            int document = segment.find(key);
            if (document >= 0) {
                found.add(document);
            }
        }
        return new SegmentFilter.Listed(found);
    }

    private SegmentFilter range(Query.Range range) {
        Field field = range.field();
        TermsReader terms = segment.terms(field.path());
        if (terms == null) {
            return NOTHING;
        }
        int from =
                range.lower() == null
                        ? 0
                        : position(terms, field, range.lower(), !range.lowerInclusive());
        int to =
                range.upper() == null
                        ? terms.termCount()
                        : position(terms, field, range.upper(), range.upperInclusive());
        return span(field, terms, from, to);
    }

    /// How many terms lie before a bound, the bound itself among them when `after`.
    private int position(TermsReader terms, Field field, Value bound, boolean after) {
        if (field.type().isNumeric()) {
            long ordered = Coercion.ordered(field, bound);
            if (Widening.applies(field, segment)) {
                return Widening.position(terms, ordered, after);
            }
            int ordinal = terms.ceiling(ordered);
            return after && ordinal < terms.termCount() && terms.ordered(ordinal) == ordered
                    ? ordinal + 1
                    : ordinal;
        }
        byte[] term = Coercion.term(field, bound);
        int ordinal = terms.ceiling(term);
        return after && ordinal < terms.termCount() && Arrays.equals(terms.bytes(ordinal), term)
                ? ordinal + 1
                : ordinal;
    }

    private SegmentFilter prefix(Field field, byte[] prefix) {
        TermsReader terms = segment.terms(field.path());
        if (terms == null) {
            return NOTHING;
        }
        byte[] behind = behind(prefix);
        int to = behind == null ? terms.termCount() : terms.ceiling(behind);
        return span(field, terms, terms.ceiling(prefix), to);
    }

    /// The least string of bytes above all that begin with the prefix, or null when nothing is.
    static byte @Nullable [] behind(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
            length--;
        }
        if (length == 0) {
            return null;
        }
        byte[] behind = Arrays.copyOf(prefix, length);
        behind[length - 1]++;
        return behind;
    }

    private SegmentFilter wildcard(Field field, WildcardPattern pattern) {
        TermsReader terms = segment.terms(field.path());
        return terms == null
                ? NOTHING
                : listed(terms, new AutomatonWalk(terms, pattern.automaton()).ordinals());
    }

    private SegmentFilter span(Field field, TermsReader terms, int from, int to) {
        if (from >= to) {
            return NOTHING;
        }
        ColumnReader column = segment.column(field.path());
        if (column == null) {
            throw new MillraceException.Bug(
                    "segment %s: field %s has terms but no column"
                            .formatted(segment.meta().id(), field.path()));
        }
        return new SegmentFilter.Span(
                new TermSpan(
                        terms,
                        column,
                        from,
                        to,
                        field.type().isNumeric(),
                        segment.documentCount()));
    }

    /// The documents of a filter that are not deleted.
    static ImmutableRoaringBitmap live(SegmentFilter filter, ImmutableRoaringBitmap deleted) {
        ImmutableRoaringBitmap found = filter.documents(null);
        return deleted.isEmpty() ? found : ImmutableRoaringBitmap.andNot(found, deleted);
    }
}
