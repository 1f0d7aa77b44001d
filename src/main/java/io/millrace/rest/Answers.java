package io.millrace.rest;

import io.millrace.catalog.IndexDefinition;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.CommitPoint;
import io.millrace.index.MergeStatus;
import io.millrace.index.SegmentView;
import io.millrace.rest.MergeAnswers.HeldBackAnswer;
import io.millrace.search.ScoreExplanation;
import io.millrace.search.SearchResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What the resources answer. Positions are Kafka's next offsets: `{"quakes":{"0":1707}}`.
final class Answers {
    private Answers() {}

    /// One index and its definition.
    ///
    /// - definedBy: `http`, or the file that makes it read-only over HTTP
    @Schema(name = "Index")
    record IndexAnswer(
            String name,
            @Schema(description = "starting, running, retrying, failed or stopped") String state,
            @Schema(description = "one sentence for people, empty when all is well") String detail,
            @Schema(description = "http, or the file that defines the index") String definedBy,
            @Schema(type = SchemaType.OBJECT, implementation = Object.class) Obj definition)
            implements Wire {
        static IndexAnswer of(IndexDefinition definition, String state, String detail, String by) {
            return new IndexAnswer(definition.name(), state, detail, by, definition.origin());
        }

        /// The same, saying from when on each part of a change holds.
        IndexAnswer withNotes(List<String> notes) {
            List<String> sentences = new ArrayList<>(notes);
            if (!detail.isEmpty()) {
                sentences.addFirst(detail);
            }
            return new IndexAnswer(
                    name, state, String.join("; ", sentences), definedBy, definition);
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("name", name)
                    .put("state", state)
                    .put("detail", detail)
                    .put("definedBy", definedBy)
                    .put("definition", definition)
                    .toObj();
        }
    }

    @Schema(name = "Indexes")
    record IndexList(List<IndexAnswer> indexes) implements Wire {
        @Override
        public Obj toValue() {
            return new Members().put("indexes", indexes).toObj();
        }
    }

    /// - position: opaque; names the generation that was searched in this life of the index
    @Schema(name = "SearchAnswer")
    record SearchAnswer(
            @Schema(description = "documents that match, exact; not there with total=none")
                    @Nullable Long total,
            List<HitAnswer> hits,
            @Schema(description = "opaque; asks for the next page, not there on the last one")
                    @Nullable String cursor,
            @Schema(
                            description = "by name, what each facet of the request counted",
                            type = SchemaType.OBJECT,
                            implementation = Object.class)
                    @Nullable Obj facets,
            long generation,
            @Schema(description = "opaque; names the generation searched") String position,
            long tookMicros,
            @Schema(
                            description = "with explain=true: what the search did",
                            type = SchemaType.OBJECT,
                            implementation = Object.class)
                    @Nullable Obj explain)
            implements Wire {
        @Override
        public Obj toValue() {
            return new Members()
                    .put("total", total)
                    .put("hits", hits)
                    .put("cursor", cursor)
                    .put("facets", facets)
                    .put("generation", generation)
                    .put("position", position)
                    .put("tookMicros", tookMicros)
                    .put("explain", explain)
                    .toObj();
        }
    }

    @Schema(name = "Hit")
    record HitAnswer(
            @Schema(
                            implementation = Object.class,
                            anyOf = {String.class, Long.class})
                    Value key,
            @Schema(
                            description = "present when the query scores",
                            type = SchemaType.NUMBER,
                            implementation = Double.class)
                    @Nullable Double score,
            @Schema(
                            description = "by sort key, the value the hit was ordered by",
                            type = SchemaType.ARRAY,
                            implementation = Object.class)
                    Value.@Nullable Array sort,
            @Schema(type = SchemaType.OBJECT, implementation = Object.class) Obj document,
            @Schema(
                            description = "by field of highlight that matches, pieces of its text",
                            type = SchemaType.OBJECT,
                            implementation = Object.class)
                    @Nullable Obj highlights)
            implements Wire {
        static HitAnswer of(SearchResult.Hit hit) {
            return new HitAnswer(
                    hit.key().toValue(),
                    hit.score(),
                    hit.sort().isEmpty() ? null : new Value.Array(hit.sort()),
                    hit.document(),
                    hit.highlights().isEmpty() ? null : pieces(hit.highlights()));
        }

        private static Obj pieces(Map<String, List<String>> highlights) {
            Map<String, Value> byField = new LinkedHashMap<>();
            highlights.forEach((field, texts) ->
                    byField.put(field, new Value.Array(texts.stream().map(Value::of).toList())));
            return new Obj(byField);
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("key", key)
                    .put("score", score == null ? null : Value.of(score.doubleValue()))
                    .put("sort", sort)
                    .put("document", document)
                    .put("highlights", highlights)
                    .toObj();
        }
    }

    @Schema(name = "Explanation")
    record ExplanationAnswer(
            @Schema(
                            implementation = Object.class,
                            anyOf = {String.class, Long.class})
                    Value key,
            @Schema(description = "meets the whole request") boolean matches,
            double score,
            @Schema(
                            description = "the query clause by clause; the scores add up",
                            type = SchemaType.OBJECT,
                            implementation = Object.class)
                    Obj explanation,
            long generation)
            implements Wire {
        static ExplanationAnswer of(ScoreExplanation explained) {
            return new ExplanationAnswer(
                    explained.key().toValue(),
                    explained.matches(),
                    explained.score(),
                    explained.detail(),
                    explained.generation());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("key", key)
                    .put("matches", Value.of(matches))
                    .put("score", Value.of(score))
                    .put("explanation", explanation)
                    .put("generation", generation)
                    .toObj();
        }
    }

    @Schema(name = "Document")
    record DocumentAnswer(
            @Schema(
                            implementation = Object.class,
                            anyOf = {String.class, Long.class})
                    Value key,
            @Schema(type = SchemaType.OBJECT, implementation = Object.class) Obj document,
            long generation,
            String position)
            implements Wire {
        @Override
        public Obj toValue() {
            return new Members()
                    .put("key", key)
                    .put("document", document)
                    .put("generation", generation)
                    .put("position", position)
                    .toObj();
        }
    }

    @Schema(name = "Segment")
    record SegmentAnswer(
            String id,
            long bytes,
            @Schema(description = "visible") long documents,
            @Schema(description = "replaced or deleted, and still in the file") long deleted,
            @Schema(description = "a merge that is under way reads it") boolean merging,
            @Schema(description = "why no merge takes it for now, absent when one may")
                    @Nullable HeldBackAnswer heldBack)
            implements Wire {
        /// @param merges read after the snapshot was taken: what it does not name is not merged
        static SegmentAnswer of(SegmentView view, MergeStatus merges) {
            return new SegmentAnswer(
                    view.id(),
                    view.lengthBytes(),
                    view.liveCount(),
                    (long) view.documentCount() - view.liveCount(),
                    merges.running().stream().anyMatch(merge -> merge.inputs().contains(view.id())),
                    merges.heldBack().stream()
                            .filter(held -> held.segment().equals(view.id()))
                            .findFirst()
                            .map(HeldBackAnswer::of)
                            .orElse(null));
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("id", id)
                    .put("bytes", bytes)
                    .put("documents", documents)
                    .put("deleted", deleted)
                    .put("merging", Value.of(merging))
                    .put("heldBack", heldBack)
                    .toObj();
        }
    }

    @Schema(name = "Segments")
    record SegmentList(long generation, List<SegmentAnswer> segments) implements Wire {
        @Override
        public Obj toValue() {
            return new Members().put("generation", generation).put("segments", segments).toObj();
        }
    }

    @Schema(name = "Commit")
    record CommitAnswer(
            long generation,
            @Schema(description = "CREATE, INDEX, POSITION, MERGE, SCHEMA or DELETE") String kind,
            @Schema(description = "newest generation that changed visible documents")
                    long contentGeneration,
            @Schema(description = "visible documents") long documents,
            long segments,
            @Schema(
                            description = "next offset by topic and partition",
                            type = SchemaType.OBJECT,
                            implementation = Object.class)
                    Obj checkpoint,
            @Schema(description = "the node's wall clock, for people") String committedAt,
            @Schema(description = "opaque; names this generation") String position)
            implements Wire {
        static CommitAnswer of(String incarnation, CommitPoint commit) {
            return new CommitAnswer(
                    commit.generation(),
                    commit.kind().name(),
                    commit.contentGeneration(),
                    commit.documentCount(),
                    commit.segmentCount(),
                    commit.checkpoint().toValue(),
                    Instant.ofEpochMilli(commit.committedAtMillis()).toString(),
                    PositionToken.of(incarnation, commit.generation()));
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("generation", generation)
                    .put("kind", kind)
                    .put("contentGeneration", contentGeneration)
                    .put("documents", documents)
                    .put("segments", segments)
                    .put("checkpoint", checkpoint)
                    .put("committedAt", committedAt)
                    .put("position", position)
                    .toObj();
        }
    }

    @Schema(name = "Commits")
    record CommitList(List<CommitAnswer> commits) implements Wire {
        @Override
        public Obj toValue() {
            return new Members().put("commits", commits).toObj();
        }
    }
}
