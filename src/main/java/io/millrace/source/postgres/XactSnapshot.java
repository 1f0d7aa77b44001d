package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.util.ArrayList;
import java.util.List;

/// Which transactions a statement saw, as `pg_current_snapshot()` writes it. Immutable.
///
/// - xmin: every transaction before it had ended, and was seen if it was committed
/// - xmax: no transaction from it on was seen
/// - running: those between the two that were not seen
record XactSnapshot(long xmin, long xmax, List<Long> running) {
    XactSnapshot {
        running = List.copyOf(running);
    }

    /// @param text `xmin:xmax:xid,xid…`, 64-bit numbers
    static XactSnapshot parse(String text) {
        String[] parts = text.split(":", -1);
        try {
            List<Long> running = new ArrayList<>();
            for (String xid : parts[2].isEmpty() ? new String[0] : parts[2].split(",", -1)) {
                running.add(Long.parseLong(xid));
            }
            return new XactSnapshot(Long.parseLong(parts[0]), Long.parseLong(parts[1]), running);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new MillraceException.Corrupt(
                    "snapshot %s, expected xmin:xmax:xid,…".formatted(text), e);
        }
    }

    /// True when what a committed transaction did was seen.
    ///
    /// @param xid the lower 32 bits of its number, which the log has; not half of them away
    boolean sees(int xid) {
        if (xid - (int) xmax >= 0) {
            return false;
        }
        return xid - (int) xmin < 0 || running.stream().noneMatch(one -> one.intValue() == xid);
    }
}
