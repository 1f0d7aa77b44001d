package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.document.Value;
import io.millrace.index.SegmentView;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// Counts the facets of one search. Keeps what matches in every segment, and what it counted;
/// confined to that search.
final class Facets {

    /// The documents of one segment that are counted.
    private record Part(SegmentReader segment, SliceDocuments documents) {}

    private final SearchRequest request;
    private final MatchStatistics statistics;
    private final Windows scratch;
    private final List<SegmentView> segments = new ArrayList<>();
    private final List<Part> matching = new ArrayList<>();

    /// What matches without the conditions on a field, for facets that leave those out.
    private final Map<Field, List<Part>> withoutOwn = new HashMap<>();

    private int buckets;

    /// @param scratch of the search
    Facets(SearchRequest request, MatchStatistics statistics, Windows scratch) {
        this.request = request;
        this.statistics = statistics;
        this.scratch = scratch;
    }

    /// @param matches of this segment
    void add(SegmentView segment, SegmentMatches matches) {
        segments.add(segment);
        matching.add(
                new Part(
                        segment.reader(),
                        new SliceDocuments(matches, segment.documentCount(), scratch)));
    }

    /// After all segments were added.
    ///
    /// @throws MillraceException.InvalidRequest when there are too many buckets
    Map<String, FacetResult> results() {
        Map<String, FacetResult> results = new LinkedHashMap<>();
        request.facets()
                .forEach((name, facet) -> {
                    Optional<Query> others =
                            facet.ownFilter()
                                    ? request.filter()
                                    : request.filter().flatMap(f -> without(f, facet.field()));
                    List<Part> parts =
                            others.equals(request.filter())
                                    ? matching
                                    : withoutOwn.computeIfAbsent(
                                            facet.field(), _ -> matching(others));
                    SearchBudget budget = SearchBudget.current();
                    // What was made of the documents stays for the facets that follow.
                    long held = budget.heldBytes() - heldBytes(parts);
                    results.put(name, count(facet, parts));
                    budget.letGo(held + heldBytes(parts));
                });
        return results;
    }

    private static long heldBytes(List<Part> parts) {
        return parts.stream().mapToLong(part -> part.documents().heldBytes()).sum();
    }

    private List<Part> matching(Optional<Query> filter) {
        Query condition = request.condition(filter);
        List<Part> parts = new ArrayList<>(segments.size());
        for (SegmentView segment : segments) {
            SegmentFilter planned = new FilterPlanner(segment.reader(), statistics).plan(condition);
            parts.add(
                    new Part(
                            segment.reader(),
                            new SliceDocuments(
                                    new SegmentMatches(condition, true, segment, planned, scratch),
                                    segment.documentCount(),
                                    scratch)));
        }
        return parts;
    }

    /// The filter without those of its clauses that name the field and no other.
    private static Optional<Query> without(Query filter, Field field) {
        if (filter instanceof Query.And(List<Query> clauses)) {
            List<Query> left = clauses.stream().filter(clause -> !asksOnly(clause, field)).toList();
            return left.isEmpty() ? Optional.empty() : Optional.of(new Query.And(left));
        }
        return asksOnly(filter, field) ? Optional.empty() : Optional.of(filter);
    }

    private static boolean asksOnly(Query clause, Field field) {
        return switch (clause) {
            case Query.Eq(Field own, _) -> own.equals(field);
            case Query.In(Field own, _) -> own.equals(field);
            case Query.Range range -> range.field().equals(field);
            case Query.Exists(Field own) -> own.equals(field);
            case Query.Prefix(Field own, _) -> own.equals(field);
            case Query.Wildcard(Field own, _) -> own.equals(field);
            case Query.Match match -> match.field().equals(field);
            case Query.Phrase phrase -> phrase.field().equals(field);
            case Query.Not(Query inner) -> asksOnly(inner, field);
            case Query.And(List<Query> inner) -> inner.stream().allMatch(c -> asksOnly(c, field));
            case Query.Or(List<Query> inner) -> inner.stream().allMatch(c -> asksOnly(c, field));
            case Query.AtLeast(_, List<Query> inner) ->
                    inner.stream().allMatch(c -> asksOnly(c, field));
            case Query.Preferring(Query required, Query preferred) ->
                    asksOnly(required, field) && asksOnly(preferred, field);
            case Query.Keys _, Query.All _ -> false;
        };
    }

    private FacetResult count(Facet facet, List<Part> parts) {
        List<FieldSlice> slices =
                parts.stream()
                        .flatMap(part ->
                                FieldSlice.of(facet.field(), part.segment(), part.documents())
                                        .stream())
                        .toList();
        FacetResult.Counted counted =
                switch (facet.kind()) {
                    case Facet.Terms terms -> terms(facet, terms, slices, parts);
                    case Facet.Ranges ranges -> ranges(facet, ranges, parts);
                    case Facet.Histogram histogram -> histogram(facet, histogram, slices, parts);
                    case Facet.Stats _ -> StatsFacet.of(facet.field(), slices);
                    case Facet.Distinct _ ->
                            new FacetResult.Distinct(new TermFacet(slices, null).distinct());
                };
        return new FacetResult(
                counted,
                facet.countMissing()
                        ? OptionalLong.of(missing(facet.field(), parts))
                        : OptionalLong.empty());
    }

    private static long missing(Field field, List<Part> parts) {
        long missing = 0;
        for (Part part : parts) {
            ImmutableRoaringBitmap present = part.segment().present(field.path());
            missing +=
                    part.documents().cardinality()
                            - (present == null
                                    ? 0
                                    : ImmutableRoaringBitmap.andCardinality(
                                            present, part.documents().bitmap()));
        }
        return missing;
    }

    private FacetResult.Buckets terms(
            Facet facet, Facet.Terms asked, List<FieldSlice> slices, List<Part> parts) {
        TermFacet counter = new TermFacet(slices, names(facet.field()));
        TermValue after =
                asked.after().map(value -> TermValue.of(facet.field(), value)).orElse(null);
        byte[] prefix = asked.prefix().getBytes(StandardCharsets.UTF_8);
        List<TermFacet.Counted> found =
                asked.byCount()
                        ? counter.byCount(asked.limit() + 1, asked.minCount(), prefix)
                        : counter.byValue(asked.limit() + 1, asked.minCount(), after, prefix);
        List<FacetResult.Bucket> answer = new ArrayList<>();
        for (TermFacet.Counted each : found.subList(0, Math.min(asked.limit(), found.size()))) {
            TermValue value = each.value();
            answer.add(
                    bucket(
                            facet,
                            value.shown(facet.field()),
                            each.documents(),
                            () -> parts(facet.field(), parts, value, null)));
        }
        return new FacetResult.Buckets(answer, found.size() > asked.limit());
    }

    /// The dictionary whose frequent values are looked for in those of the other segments: the same
    /// one for all searches of a generation.
    private @Nullable TermsReader names(Field field) {
        TermsReader names = null;
        int most = -1;
        for (SegmentView segment : segments) {
            TermsReader own = segment.reader().terms(field.path());
            if (own != null
                    && segment.documentCount() > most
                    && !Widening.applies(field, segment.reader())) {
                names = own;
                most = segment.documentCount();
            }
        }
        return names;
    }

    private FacetResult.Buckets histogram(
            Facet facet, Facet.Histogram asked, List<FieldSlice> slices, List<Part> parts) {
        List<FacetResult.Bucket> answer = new ArrayList<>();
        for (HistogramFacet.Counted each : HistogramFacet.of(facet, asked, slices)) {
            answer.add(
                    bucket(
                            facet,
                            each.step.shown(),
                            each.documents,
                            () -> parts(facet.field(), parts, each.step.start(), each.step)));
        }
        return new FacetResult.Buckets(answer, false);
    }

    private FacetResult.Buckets ranges(Facet facet, Facet.Ranges asked, List<Part> parts) {
        List<FacetResult.Bucket> answer = new ArrayList<>();
        SearchBudget budget = SearchBudget.current();
        for (Facet.NamedRange range : asked.ranges()) {
            List<Part> inside = new ArrayList<>();
            long count = 0;
            for (Part part : parts) {
                // Stays for the next range; what is found in it does not.
                ImmutableRoaringBitmap counted = part.documents().bitmap();
                long held = budget.heldBytes();
                ImmutableRoaringBitmap found =
                        new FilterPlanner(part.segment(), statistics)
                                .plan(range.range())
                                .documents(counted);
                ImmutableRoaringBitmap both = ImmutableRoaringBitmap.and(found, counted);
                budget.letGo(held);
                count += both.getLongCardinality();
                inside.add(part(part.segment(), both));
            }
            answer.add(bucket(facet, Value.of(range.name()), count, () -> inside));
        }
        return new FacetResult.Buckets(answer, false);
    }

    private interface Inside {
        List<Part> parts();
    }

    private FacetResult.Bucket bucket(Facet facet, Value value, long count, Inside inside) {
        if (++buckets > SearchLimits.FACET_BUCKETS_MAX) {
            throw MillraceException.InvalidRequest.malformed(
                    "",
                    "more than %d buckets of all facets together, expected lower limits or wider"
                                    .formatted(SearchLimits.FACET_BUCKETS_MAX)
                            + " intervals");
        }
        Map<String, FacetResult> inner = new LinkedHashMap<>();
        if (!facet.facets().isEmpty()) {
            List<Part> parts = inside.parts();
            // Nobody needs what is inside of a bucket after it was counted.
            SearchBudget budget = SearchBudget.current();
            long held = budget.heldBytes();
            facet.facets().forEach((name, each) -> inner.put(name, count(each, parts)));
            budget.letGo(held);
        }
        return new FacetResult.Bucket(value, count, inner);
    }

    private Part part(SegmentReader segment, ImmutableRoaringBitmap documents) {
        return new Part(segment, new SliceDocuments(documents, segment.documentCount(), scratch));
    }

    /// The documents of one value, or of one step.
    private List<Part> parts(
            Field field, List<Part> parts, TermValue from, Steps.@Nullable Step step) {
        List<Part> inside = new ArrayList<>();
        for (Part part : parts) {
            FieldSlice.of(field, part.segment(), part.documents())
                    .ifPresent(slice -> {
                        TermValue end = step == null ? null : step.end();
                        int behind =
                                step == null
                                        ? slice.position(from, true)
                                        : end == null
                                                ? slice.terms().termCount()
                                                : slice.position(end, false);
                        inside.add(
                                part(
                                        part.segment(),
                                        slice.documents(slice.position(from, false), behind)));
                    });
        }
        return inside;
    }
}
