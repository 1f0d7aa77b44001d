package io.millrace.source.push;

import io.millrace.change.Reject;
import java.util.List;

/// What became of a parcel: the generation that holds it, and those of its changes that the index
/// refused, found by the position of their origin.
public record PushOutcome(long generation, List<Reject> rejects) {
    public PushOutcome {
        rejects = List.copyOf(rejects);
    }
}
