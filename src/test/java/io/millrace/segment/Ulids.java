package io.millrace.segment;

import java.util.random.RandomGenerator;

/// Segment ids for tests.
public final class Ulids {
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private Ulids() {}

    public static SegmentId next(RandomGenerator random) {
        StringBuilder ulid = new StringBuilder();
        for (int i = 0; i < 26; i++) {
            ulid.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new SegmentId(ulid.toString());
    }
}
