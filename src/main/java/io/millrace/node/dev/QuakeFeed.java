package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A week of real earthquakes, told as a live feed would have told them. A pure function of the
/// resource `dev/quakes.ndjson` (one quake a line, in time order): the same records at each call.
///
/// - Each quake comes first as `automatic`. Where the data says `reviewed`, it comes again,
///   [#REVIEW_LAG] quakes later, as it stands in the data; its first version was `updated` half-way
///   between the quake and the review.
/// - One quake in [#WITHDRAWN_EVERY] is withdrawn by a tombstone, [#WITHDRAWAL_LAG] quakes after it
///   came, which is after its review.
/// - Half-way there is one record that is no JSON, with the key [#BROKEN_KEY].
public final class QuakeFeed {
    /// The topic, and the index fed by it.
    public static final String TOPIC = "quakes";

    /// Key of the one record that cannot be decoded.
    public static final String BROKEN_KEY = "broken-0001";

    static final int REVIEW_LAG = 40;
    static final int WITHDRAWAL_LAG = 80;
    static final int WITHDRAWN_EVERY = 250;

    private static final String RESOURCE = "/dev/quakes.ndjson";
    private static final String BROKEN_VALUE = "{\"id\": \"broken-0001\", \"magnitude\": 4.";
    private static final String REVIEWED = "\"status\": \"reviewed\"";
    private static final String AUTOMATIC = "\"status\": \"automatic\"";
    private static final Pattern ID = Pattern.compile("\"id\": \"([^\"]+)\"");
    private static final Pattern TIME = Pattern.compile("\"time\": (\\d+)");
    private static final Pattern UPDATED = Pattern.compile("\"updated\": (\\d+)");

    private QuakeFeed() {}

    /// All records of the feed, in the order they are sent.
    public static List<FeedRecord> records() {
        var quakes = quakes();
        var records = new ArrayList<FeedRecord>();
        for (int i = 0; i < quakes.size() + WITHDRAWAL_LAG; i++) {
            if (i < quakes.size()) {
                records.add(quakes.get(i).first());
            }
            int reviewed = i - REVIEW_LAG;
            if (reviewed >= 0 && reviewed < quakes.size() && quakes.get(reviewed).isReviewed()) {
                records.add(quakes.get(reviewed).last());
            }
            int withdrawn = i - WITHDRAWAL_LAG;
            if (withdrawn >= 0 && withdrawn % WITHDRAWN_EVERY == WITHDRAWN_EVERY / 2) {
                records.add(new FeedRecord(quakes.get(withdrawn).id(), null));
            }
            if (i == quakes.size() / 2) {
                records.add(new FeedRecord(BROKEN_KEY, BROKEN_VALUE));
            }
        }
        return List.copyOf(records);
    }

    private static List<Quake> quakes() {
        try (var resource = QuakeFeed.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new MillraceException.Bug("resource " + RESOURCE + " is missing");
            }
            return new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))
                    .lines()
                    .map(Quake::of)
                    .toList();
        } catch (IOException e) {
            throw new MillraceException.Unavailable("resource " + RESOURCE + ": " + e, e);
        }
    }

    /// One line of the resource. The text is kept and edited in place: parsing and writing it again
    /// could change how a number looks.
    private record Quake(String id, String line) {
        static Quake of(String line) {
            return new Quake(find(ID, line), line);
        }

        boolean isReviewed() {
            return line.contains(REVIEWED);
        }

        FeedRecord first() {
            if (!isReviewed()) {
                return last();
            }
            long time = Long.parseLong(find(TIME, line));
            long updated = Long.parseLong(find(UPDATED, line));
            long firstUpdated = time + (updated - time) / 2;
            return new FeedRecord(
                    id,
                    UPDATED.matcher(line.replace(REVIEWED, AUTOMATIC))
                            .replaceFirst("\"updated\": " + firstUpdated));
        }

        FeedRecord last() {
            return new FeedRecord(id, line);
        }

        private static String find(Pattern pattern, String line) {
            var matcher = pattern.matcher(line);
            if (!matcher.find()) {
                throw new MillraceException.Bug(
                        "%s: no %s in line %s".formatted(RESOURCE, pattern, line));
            }
            return matcher.group(1);
        }
    }
}
