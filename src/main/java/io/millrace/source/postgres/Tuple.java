package io.millrace.source.postgres;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The cells of a row as they came, in the order of the table's columns: a view of the message that
/// brought them. Immutable, as nobody writes to the message.
///
/// - Shape: per cell its kind, and where its bytes begin and end in the message
final class Tuple {
    static final byte NULL = 'n';

    /// A large value that the update left as it was, and that the log therefore does not hold.
    static final byte UNCHANGED = 'u';

    static final byte TEXT = 't';
    static final byte BINARY = 'b';

    private final byte[] message;
    private final byte[] kinds;
    private final int[] starts;
    private final int[] ends;

    /// @param starts, ends equal for a cell without bytes
    Tuple(byte[] message, byte[] kinds, int[] starts, int[] ends) {
        this.message = message;
        this.kinds = kinds;
        this.starts = starts;
        this.ends = ends;
    }

    int size() {
        return kinds.length;
    }

    byte kind(int cell) {
        return kinds[cell];
    }

    /// The value as the server writes it; empty when there is none.
    String text(int cell) {
        return new String(message, starts[cell], ends[cell] - starts[cell], StandardCharsets.UTF_8);
    }

    /// What the cells are a view of: never written to.
    byte[] message() {
        return message;
    }

    int start(int cell) {
        return starts[cell];
    }

    int end(int cell) {
        return ends[cell];
    }

    /// This row, with the cells of another one where this one has [#UNCHANGED].
    Tuple filledFrom(Tuple other) {
        if (size() != other.size()
                || new String(kinds, StandardCharsets.US_ASCII).indexOf(UNCHANGED) < 0) {
            return this;
        }
        byte[] joined = Arrays.copyOf(message, message.length + other.message.length);
        System.arraycopy(other.message, 0, joined, message.length, other.message.length);
        byte[] newKinds = kinds.clone();
        int[] newStarts = starts.clone();
        int[] newEnds = ends.clone();
        for (int i = 0; i < kinds.length; i++) {
            if (kinds[i] == UNCHANGED) {
                newKinds[i] = other.kinds[i];
                newStarts[i] = message.length + other.starts[i];
                newEnds[i] = message.length + other.ends[i];
            }
        }
        return new Tuple(joined, newKinds, newStarts, newEnds);
    }

    int length(int cell) {
        return ends[cell] - starts[cell];
    }

    byte[] bytes(int cell) {
        return Arrays.copyOfRange(message, starts[cell], ends[cell]);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Tuple that) || !Arrays.equals(kinds, that.kinds)) {
            return false;
        }
        for (int i = 0; i < kinds.length; i++) {
            if (!Arrays.equals(
                    message, starts[i], ends[i], that.message, that.starts[i], that.ends[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = Arrays.hashCode(kinds);
        for (int i = 0; i < kinds.length; i++) {
            hash = 31 * hash + length(i);
        }
        return hash;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < kinds.length; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(
                            switch (kinds[i]) {
                                case NULL -> "null";
                                case UNCHANGED -> "unchanged";
                                case TEXT -> text(i);
                                default -> length(i) + " bytes";
                            });
        }
        return text.append(')').toString();
    }
}
