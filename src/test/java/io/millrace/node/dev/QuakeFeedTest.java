package io.millrace.node.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuakeFeedTest {
    private static final int QUAKES = 1_707;
    private static final int REVIEWED = 1_214;

    private final List<FeedRecord> records = QuakeFeed.records();

    @Test
    void everyCallGivesTheSameRecords() {
        assertEquals(records, QuakeFeed.records());
    }

    @Test
    void exactlyOneRecordCannotBeDecoded() {
        var broken = new ArrayList<String>();
        for (var record : records) {
            String value = record.value();
            if (value != null && record.key().equals(QuakeFeed.BROKEN_KEY)) {
                broken.add(value);
            } else if (value != null) {
                Json.parseDocument(value.getBytes(StandardCharsets.UTF_8));
            }
        }
        assertEquals(1, broken.size());
        assertThrows(
                MillraceException.InvalidRequest.class,
                () -> Json.parseDocument(broken.getFirst().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void reviewsFollowTheirAutomaticVersionAndWithdrawalsEndAQuake() {
        int automatic = 0;
        int reviewed = 0;
        int withdrawn = 0;
        Map<String, String> latest = new HashMap<>();
        for (var record : records) {
            String value = record.value();
            if (record.key().equals(QuakeFeed.BROKEN_KEY)) {
                continue;
            }
            if (value == null) {
                assertTrue(latest.containsKey(record.key()), record.key());
                latest.put(record.key(), "");
                withdrawn++;
            } else if (value.contains("\"status\": \"automatic\"")) {
                assertTrue(latest.put(record.key(), value) == null, record.key());
                automatic++;
            } else {
                String first = latest.put(record.key(), value);
                assertTrue(first != null && updated(first) < updated(value), record.key());
                reviewed++;
            }
        }
        assertEquals(QUAKES, automatic);
        assertEquals(REVIEWED, reviewed);
        assertEquals(QUAKES / QuakeFeed.WITHDRAWN_EVERY + 1, withdrawn);
        assertEquals(records.size(), automatic + reviewed + withdrawn + 1);
    }

    private static long updated(String quake) {
        return Long.parseLong(quake.replaceFirst(".*\"updated\": (\\d+).*", "$1"));
    }
}
