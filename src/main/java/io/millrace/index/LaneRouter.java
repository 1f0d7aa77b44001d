package io.millrace.index;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Reject;
import io.millrace.index.LaneCommand.Slice;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides which lane handles a change. Confined to the writer's owner.
///
/// Within a generation a key keeps its lane. The first changes of a generation, up to a number and
/// [#NARROW_BYTES], all go to lane 0, so that a small generation is one segment. From there on
/// changes are spread by the hash of their key, but for the keys that lane 0 has already: those
/// stay with it. So a generation becomes wide when it turns out to be large, which nobody knows at
/// its beginning. In the next one every key may have another lane: what was published is found by
/// all of them. A change without a key goes to the emptiest lane, one of all keys to every lane.
final class LaneRouter {
    static final long NARROW_BYTES = 4 << 20;

    /// In place of a lane: every one gets the change.
    private static final int ALL = -1;

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private final int laneCount;
    private final int narrowMax;

    /// Hashes of the keys that lane 0 got while it was alone, open addressing; 0 is a free slot.
    /// Two keys of one hash stay together, which harms nobody.
    private long @Nullable [] firstKeys;

    /// By lane.
    private final long[] appendedBytes;

    private int narrowChanges;
    private long narrowBytes;

    /// @param narrowMax changes at the beginning of a generation that go to lane 0
    LaneRouter(int laneCount, int narrowMax) {
        this.laneCount = laneCount;
        this.appendedBytes = new long[laneCount];
        this.narrowMax = narrowMax;
    }

    /// A new generation: every key is free to go anywhere.
    void begin() {
        if (narrowChanges > 0 && firstKeys != null) {
            Arrays.fill(firstKeys, 0);
        }
        Arrays.fill(appendedBytes, 0);
        narrowChanges = 0;
        narrowBytes = 0;
    }

    /// The batch by lane; null for a lane that gets nothing of it. Rejects go with lane 0, which so
    /// keeps their order.
    @Nullable Slice[] split(ChangeBatch batch, long firstSeq) {
        @Nullable Slice[] slices = new Slice[laneCount];
        List<Change> changes = batch.changes();
        if (laneCount == 1) {
            slices[0] = Slice.whole(changes, firstSeq, batch.rejects(), batch.sizeBytes());
            return slices;
        }
        int[] counts = new int[laneCount];
        long[] bytes = new long[laneCount];
        byte[] lanes = new byte[changes.size()];
        long elsewhere = 0;
        boolean toAll = false;
        for (int i = 0; i < lanes.length; i++) {
            Change change = changes.get(i);
            int size = change.sizeBytes();
            int lane = lane(change, size);
            lanes[i] = (byte) lane;
            if (lane == ALL) {
                for (int each = 0; each < laneCount; each++) {
                    counts[each]++;
                }
                toAll = true;
                continue;
            }
            counts[lane]++;
            bytes[lane] += size;
            elsewhere += lane == 0 ? 0 : size;
        }
        bytes[0] = batch.sizeBytes() - elsewhere;
        if (counts[0] == lanes.length && !toAll) {
            slices[0] = Slice.whole(changes, firstSeq, batch.rejects(), batch.sizeBytes());
            return slices;
        }
        int[] members = new int[lanes.length];
        for (int lane = 0; lane < laneCount; lane++) {
            List<Reject> rejects = lane == 0 ? batch.rejects() : List.of();
            if (counts[lane] == 0 && rejects.isEmpty()) {
                continue;
            }
            int count = 0;
            for (int i = 0; i < lanes.length; i++) {
                if (lanes[i] == lane || lanes[i] == ALL) {
                    members[count++] = i;
                }
            }
            slices[lane] = Slice.part(changes, members, count, firstSeq, rejects, bytes[lane]);
        }
        return slices;
    }

    private int lane(Change change, int size) {
        return switch (change) {
            case Change.Keyed keyed -> laneOf(keyed.key().hash(), size);
            case Change.Append _ -> emptiest(size);
            case Change.Truncate _ -> ALL;
        };
    }

    /// The lane that got the fewest bytes without a key in this generation.
    private int emptiest(int size) {
        int lane = 0;
        if (isNarrow()) {
            count(size);
        } else {
            for (int each = 1; each < laneCount; each++) {
                lane = appendedBytes[each] < appendedBytes[lane] ? each : lane;
            }
        }
        appendedBytes[lane] += size;
        return lane;
    }

    private boolean isNarrow() {
        return narrowChanges < narrowMax && narrowBytes < NARROW_BYTES;
    }

    private void count(int size) {
        narrowChanges++;
        narrowBytes += size;
    }

    private int laneOf(long hash, int size) {
        if (isNarrow()) {
            count(size);
            remember(hash);
            return 0;
        }
        return isRemembered(hash) ? 0 : spread(hash);
    }

    /// Not by the bits that the key table of a segment looks at, or each lane's table would be
    /// crowded in places.
    private int spread(long hash) {
        return (int) ((hash * GOLDEN_RATIO >>> 32) * laneCount >>> 32);
    }

    private void remember(long hash) {
        if (firstKeys == null) {
            firstKeys = new long[slotCount()];
        }
        firstKeys[slotOf(firstKeys, hash)] = stored(hash);
    }

    private boolean isRemembered(long hash) {
        return firstKeys != null && firstKeys[slotOf(firstKeys, hash)] != 0;
    }

    private static int slotOf(long[] keys, long hash) {
        int mask = keys.length - 1;
        int slot = (int) hash & mask;
        while (keys[slot] != 0 && keys[slot] != stored(hash)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /// A power of two; at least half of the slots stay free.
    private int slotCount() {
        return Integer.highestOneBit(Math.max(narrowMax, 1)) << 2;
    }

    private static long stored(long hash) {
        return hash == 0 ? 1 : hash;
    }
}
