package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import io.millrace.index.NodeResources.NanoClock;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a search did, for people: how long its stages took, and what each clause of the condition
/// cost over all segments. Confined to one search.
final class Profile {
    private static final long NANOS_PER_MICRO = 1_000;

    /// What a search does one after the other; segment by segment for the first four.
    enum Stage {
        PREPARE,
        FILTER,
        FACETS,
        ORDER,
        DOCUMENTS
    }

    private final NanoClock clock;
    private final Map<Stage, Long> nanos = new LinkedHashMap<>();
    private final Clause root = new Clause(null, "", "");
    private Stage stage = Stage.PREPARE;
    private long stageBegun;
    private Clause open = root;

    Profile(NanoClock clock) {
        this.clock = clock;
        this.stageBegun = clock.nanos();
    }

    /// One clause, all segments together.
    final class Clause {
        private final @Nullable Clause parent;
        private final String kind;
        private final String field;
        private final List<Query> queries = new ArrayList<>();
        private final List<Clause> clauses = new ArrayList<>();
        private final TreeSet<String> strategies = new TreeSet<>();
        private long estimate;
        private long documents;
        private long bytes;
        private long took;
        private int planned;
        private int evaluated;

        private Clause(@Nullable Clause parent, String kind, String field) {
            this.parent = parent;
            this.kind = kind;
            this.field = field;
        }

        private Clause member(Query query) {
            for (int i = 0; i < clauses.size(); i++) {
                // The same clause in another segment, not an equal one beside it.
                if (queries.get(i) == query) {
                    return clauses.get(i);
                }
            }
            queries.add(query);
            Clause clause =
                    new Clause(this, label(query.getClass().getSimpleName()), fieldOf(query));
            clauses.add(clause);
            return clause;
        }

        long begin() {
            return clock.nanos();
        }

        void found(long begun, long cardinality, long resultBytes) {
            took += clock.nanos() - begun;
            documents += cardinality;
            bytes += resultBytes;
            evaluated++;
        }

        private Value toValue() {
            Map<String, Value> members = new LinkedHashMap<>();
            members.put("clause", Value.of(kind));
            if (!field.isEmpty()) {
                members.put("field", Value.of(field));
            }
            members.put("strategy", Value.of(String.join(", ", strategies)));
            members.put("estimatedDocuments", Value.of(estimate));
            members.put("documents", Value.of(documents));
            members.put("estimatedBytes", Value.of(bytes));
            members.put("micros", Value.of(took / NANOS_PER_MICRO));
            members.put("segments", Value.of(evaluated));
            members.put("segmentsSkipped", Value.of(planned - evaluated));
            if (!clauses.isEmpty()) {
                members.put(
                        "clauses", new Value.Array(clauses.stream().map(Clause::toValue).toList()));
            }
            return new Value.Obj(members);
        }
    }

    /// A stage begins, and the one before ends.
    void enter(Stage next) {
        long now = clock.nanos();
        nanos.merge(stage, now - stageBegun, Long::sum);
        stage = next;
        stageBegun = now;
    }

    /// True while clauses are of the condition of the search, not of a facet or a score.
    boolean isOfCondition() {
        return stage == Stage.FILTER;
    }

    /// A clause is planned for a segment, and those inside it, until [#leave].
    Clause enter(Query query) {
        open = open.member(query);
        return open;
    }

    void leave(Clause clause, SegmentFilter filter) {
        clause.planned++;
        clause.estimate += filter.costDocuments();
        clause.strategies.add(label(filter.getClass().getSimpleName()));
        open = clause.parent == null ? root : clause.parent;
    }

    /// When the search is over.
    Value.Obj toValue() {
        enter(Stage.PREPARE);
        Map<String, Value> stages = new LinkedHashMap<>();
        for (Stage each : Stage.values()) {
            stages.put(
                    label(each.name()), Value.of(nanos.getOrDefault(each, 0L) / NANOS_PER_MICRO));
        }
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("stageMicros", new Value.Obj(stages));
        members.put("plan", new Value.Array(root.clauses.stream().map(Clause::toValue).toList()));
        return new Value.Obj(members);
    }

    private static String label(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static String fieldOf(Query query) {
        for (RecordComponent component : query.getClass().getRecordComponents()) {
            if (component.getType() == Field.class) {
                try {
                    return ((Field) component.getAccessor().invoke(query)).path();
                } catch (ReflectiveOperationException e) {
                    return "";
                }
            }
        }
        return "";
    }
}
