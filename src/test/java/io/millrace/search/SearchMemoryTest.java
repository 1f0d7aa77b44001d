package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.change.Checkpoint;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.index.CommitKind;
import io.millrace.index.CommitPoint;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.TermWindow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What a search leaves is for the next one, if it came to its end; not without bounds. That it is
/// nothing to the answers is shown by [BestMatchesTest] and [GuessedCutTest] over large segments,
/// and by [TermSpanTest] and whoever searches a [Corpus].
class SearchMemoryTest {
    private final SearchMemory memory = new SearchMemory();

    @Test
    void theNextSearchWorksOnWhatTheLastOneLeftUnlessThatFailed() {
        Windows left = memory.take();
        memory.giveBack(left);
        searcher().search(SearchRequest.builder().build());
        assertSame(left, memory.take());
        assertNotSame(left, memory.take());

        memory.giveBack(left);
        SearchRequest byNothing =
                SearchRequest.builder().sort(List.of(new SortKey("nowhere", true))).build();
        assertThrows(RuntimeException.class, () -> searcher().search(byNothing));
        assertNotSame(left, memory.take());
    }

    @Test
    void ofASearchOfManyClausesNotAllIsKept() {
        Windows left = memory.take();
        DocumentWindow inner = left.at(7);
        DocumentWindow innermost = left.at(8);
        TermWindow late = left.term(3);
        TermWindow last = left.term(4);
        memory.giveBack(left);
        assertSame(left, memory.take());
        assertSame(inner, left.at(7));
        assertNotSame(innermost, left.at(8));
        assertSame(late, left.term(3));
        assertNotSame(last, left.term(4));
    }

    @Test
    void ofManySearchesAtATimeNotAllIsKept() {
        List<Windows> used = Stream.generate(memory::take).limit(40).toList();
        used.forEach(memory::giveBack);
        Set<Windows> known = Collections.newSetFromMap(new IdentityHashMap<>());
        known.addAll(used);
        List<Windows> again = new ArrayList<>();
        IntStream.range(0, 40).forEach(_ -> again.add(memory.take()));
        assertEquals(16, again.stream().filter(known::contains).count());
        assertSame(used.get(15), again.getFirst());
    }

    private Searcher searcher() {
        return new Searcher(
                new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.LONG))),
                new CommitPoint(1, 1, CommitKind.INDEX, Checkpoint.EMPTY, 0, 0, 0),
                List.of(),
                memory);
    }
}
