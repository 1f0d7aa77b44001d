package io.millrace.change;

import java.util.List;

/// A range of keys whose rows were copied in the state of one snapshot.
///
/// - after: the cells of the last key before the range, as text; empty from the first key on
/// - upTo: the cells of the last key of the range, as text; empty to the last key there is
/// - position: the snapshot holds what the stream says up to here, and nothing behind it
public record CopiedRange(List<String> after, List<String> upTo, long position) {
    public CopiedRange {
        after = List.copyOf(after);
        upTo = List.copyOf(upTo);
    }
}
