package io.millrace.search;

import io.millrace.document.Value;
import io.millrace.index.CommitPoint;
import io.millrace.index.IndexSnapshot;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Answers of searches, by what was asked of which content. The least recently used go first. In
/// memory only. May be shared between threads; guarded by itself.
///
/// What is asked is compared in full, never by a hash. The content is that of an open snapshot,
/// named before it is searched, so an answer cannot belong to another one: a count to the last
/// generation that changed visible documents; hits, whose ties and scores depend on how documents
/// lie in segments, to the segments too. What is marked in texts depends on how they are cut, which
/// a request says of no field: so the version of the schema is named as well.
final class SearchCache {

    /// Of an answer: the part of the cache it may take at most.
    private static final int PART_OF_ONE = 8;

    private static final long ENTRY_BYTES = 200;

    private final long bytesMax;
    private final LinkedHashMap<Asked, Answer> answers = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long hits;
    private long misses;

    /// - canonical: see [CanonicalForm]
    static final class Asked {
        private final byte[] canonical;

        Asked(byte[] canonical) {
            this.canonical = canonical;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Asked asked && Arrays.equals(canonical, asked.canonical);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(canonical);
        }
    }

    /// - from, until: epoch millis between which the answer holds, the latter exclusive
    private record Answer(SearchResult result, long from, long until, long bytes) {}

    /// @param bytesMax 0 for no cache
    SearchCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    boolean isOn() {
        return bytesMax > 0;
    }

    static Asked asked(SearchTarget target, IndexSnapshot snapshot, SearchRequest request) {
        List<String> segments =
                request.limit() == 0
                        ? List.of()
                        : snapshot.segments().stream()
                                .map(view -> view.reader().meta().id().fileName())
                                .toList();
        return new Asked(
                CanonicalForm.of(
                        List.of(
                                target.index().name(),
                                target.index().incarnation(),
                                snapshot.commit().contentGeneration(),
                                segments,
                                snapshot.schema().version(),
                                target.visibleFrom(),
                                request)));
    }

    /// The answer, as one of the generation that is searched now.
    synchronized Optional<SearchResult> find(Asked asked, CommitPoint commit, long now) {
        Answer answer = answers.get(asked);
        if (answer == null || now < answer.from() || now >= answer.until()) {
            misses++;
            return Optional.empty();
        }
        hits++;
        return Optional.of(answer.result().at(commit));
    }

    synchronized void put(Asked asked, SearchResult result, long from, long until) {
        long size = ENTRY_BYTES + asked.canonical.length + weightBytes(result);
        if (size > bytesMax / PART_OF_ONE) {
            return;
        }
        Answer former = answers.put(asked, new Answer(result, from, until, size));
        bytes += size - (former == null ? 0 : former.bytes());
        Iterator<Answer> eldest = answers.values().iterator();
        while (bytes > bytesMax) {
            bytes -= eldest.next().bytes();
            eldest.remove();
        }
    }

    synchronized CacheFigures figures() {
        return new CacheFigures(hits, misses, answers.size(), bytes);
    }

    private static long weightBytes(SearchResult result) {
        long weight = 0;
        for (SearchResult.Hit hit : result.hits()) {
            weight += ENTRY_BYTES + hit.key().bytes().length + weightBytes(hit.document());
            for (Value value : hit.sort()) {
                weight += weightBytes(value);
            }
            for (Map.Entry<String, List<String>> pieces : hit.highlights().entrySet()) {
                weight += 64 + 2L * pieces.getKey().length();
                for (String piece : pieces.getValue()) {
                    weight += 64 + 2L * piece.length();
                }
            }
        }
        return weight + weightBytes(result.facets());
    }

    private static long weightBytes(Map<String, FacetResult> facets) {
        long weight = 0;
        for (FacetResult facet : facets.values()) {
            weight += ENTRY_BYTES;
            if (facet.counted() instanceof FacetResult.Buckets counted) {
                for (FacetResult.Bucket bucket : counted.buckets()) {
                    weight +=
                            ENTRY_BYTES
                                    + weightBytes(bucket.value())
                                    + weightBytes(bucket.facets());
                }
            }
        }
        return weight;
    }

    /// Memory that a value holds, generously: what [HitReader#weightBytes] counts, with its
    /// objects.
    private static long weightBytes(Value value) {
        return switch (value) {
            case Value.Array(List<Value> items) ->
                    32 + items.stream().mapToLong(SearchCache::weightBytes).sum();
            case Value.Obj(Map<String, Value> members) -> {
                long weight = 64;
                for (Map.Entry<String, Value> member : members.entrySet()) {
                    weight += 64 + 2L * member.getKey().length() + weightBytes(member.getValue());
                }
                yield weight;
            }
            case Value.Text(String text) -> 64 + 2L * text.length();
            case Value.Decimal _ -> 128;
            case Value.Null _, Value.Bool _, Value.Int _, Value.Real _ -> 24;
        };
    }
}
