package io.millrace.testing;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;

/// The bytes of a file of a [FaultDirectory]: what a running process reads, and what of it a power
/// loss cannot take. Only appended to, so that copies share the bytes. Guarded by the directory.
@NullMarked
final class FaultFile {
    private static final int SECTOR_BYTES = 512;

    private byte[] bytes;
    private int length;
    private int forcedLength;

    /// Sectors whose write-back failed: clean for the system, so that no later force writes them.
    private final BitSet lost;

    FaultFile() {
        this(new byte[64], 0, 0, new BitSet());
    }

    private FaultFile(byte[] bytes, int length, int forcedLength, BitSet lost) {
        this.bytes = bytes;
        this.length = length;
        this.forcedLength = forcedLength;
        this.lost = lost;
    }

    /// A file that is durable as it is.
    static FaultFile durable(byte[] bytes) {
        return new FaultFile(bytes, bytes.length, bytes.length, new BitSet());
    }

    /// As it is at this moment.
    FaultFile copy() {
        return new FaultFile(bytes, length, forcedLength, (BitSet) lost.clone());
    }

    int length() {
        return length;
    }

    byte[] content() {
        return Arrays.copyOf(bytes, length);
    }

    void append(ByteBuffer more) {
        int end = length + more.remaining();
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
        }
        more.get(bytes, length, more.remaining());
        length = end;
    }

    void read(int position, ByteBuffer into) {
        into.put(bytes, position, into.remaining());
    }

    void damage(int offset) {
        bytes = bytes.clone();
        bytes[offset] ^= 0x10;
    }

    void force() {
        forcedLength = length;
    }

    /// The pages turn clean without having been written.
    void loseForce() {
        if (length > forcedLength) {
            lost.set(forcedLength / SECTOR_BYTES, (length - 1) / SECTOR_BYTES + 1);
        }
    }

    /// What a power loss leaves: all that was forced; of the rest a part, any sectors, or nothing.
    FaultFile afterPowerLoss(RandomGenerator random) {
        byte[] kept;
        if (forcedLength == length) {
            kept = Arrays.copyOf(bytes, length);
        } else {
            kept =
                    switch (random.nextInt(5)) {
                        case 0 -> Arrays.copyOf(bytes, forcedLength);
                        case 1 -> Arrays.copyOf(bytes, random.nextInt(forcedLength, length + 1));
                        case 2 -> Arrays.copyOf(Arrays.copyOf(bytes, forcedLength), length);
                        case 3 -> someSectors(random);
                        default -> Arrays.copyOf(bytes, length);
                    };
        }
        for (int sector = lost.nextSetBit(0); sector >= 0; sector = lost.nextSetBit(sector + 1)) {
            if (random.nextBoolean()) {
                zero(kept, sector);
            }
        }
        return durable(kept);
    }

    private byte[] someSectors(RandomGenerator random) {
        byte[] kept = Arrays.copyOf(bytes, length);
        for (int sector = forcedLength / SECTOR_BYTES; sector * SECTOR_BYTES < length; sector++) {
            if (random.nextBoolean()) {
                zero(kept, sector);
            }
        }
        System.arraycopy(bytes, 0, kept, 0, forcedLength);
        return kept;
    }

    private static void zero(byte[] kept, int sector) {
        int from = Math.min(kept.length, sector * SECTOR_BYTES);
        Arrays.fill(kept, from, Math.min(kept.length, from + SECTOR_BYTES), (byte) 0);
    }
}
