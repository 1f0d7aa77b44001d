package io.millrace.segment;

import java.util.regex.Pattern;

/// The name of a segment: a ULID, unique and ordered by creation time.
public record SegmentId(String ulid) implements Comparable<SegmentId> {
    private static final Pattern ULID = Pattern.compile("[0-9A-HJKMNP-TV-Z]{26}");
    private static final String PREFIX = "s-";
    private static final String SUFFIX = ".seg";

    public SegmentId {
        if (!ULID.matcher(ulid).matches()) {
            throw new IllegalArgumentException("no ULID: " + ulid);
        }
    }

    public String fileName() {
        return PREFIX + ulid + SUFFIX;
    }

    @Override
    public int compareTo(SegmentId that) {
        return ulid.compareTo(that.ulid);
    }

    @Override
    public String toString() {
        return ulid;
    }
}
