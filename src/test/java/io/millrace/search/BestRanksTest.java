package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testing.Seeded;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class BestRanksTest {

    private record Ranked(int segment, int document, long rank) {}

    /// Offered in any order, as a walk over terms does.
    @Test
    void theFirstOfManyAreThoseOfASort() {
        Seeded.repeat(
                300,
                random -> {
                    int limit = 1 + random.nextInt(200);
                    long ranks = random.nextLong(1, 301);
                    BestRanks best = new BestRanks(limit);
                    List<Ranked> all = new ArrayList<>();
                    for (int document = 0; document < random.nextInt(600); document++) {
                        long rank =
                                switch (random.nextInt(40)) {
                                    case 0 -> Long.MIN_VALUE;
                                    case 1 -> Long.MAX_VALUE;
                                    default -> random.nextLong(ranks);
                                };
                        all.add(new Ranked(random.nextInt(3), document ^ 0x55, rank));
                    }
                    for (Ranked one : all) {
                        best.add(one.segment(), one.document(), one.rank());
                    }
                    all.sort(
                            Comparator.comparingLong(Ranked::rank)
                                    .thenComparingInt(Ranked::segment)
                                    .thenComparingInt(Ranked::document));
                    List<Ranked> first = all.subList(0, Math.min(limit, all.size()));
                    if (best.isFull()) {
                        assertEquals(first.getLast().rank(), best.last());
                    }
                    assertEquals(
                            first,
                            best.takeAll().stream()
                                    .map(hit -> new Ranked(hit.segment, hit.document, hit.ranks[0]))
                                    .toList());
                });
    }
}
