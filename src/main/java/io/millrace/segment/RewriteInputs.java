package io.millrace.segment;

import io.millrace.document.Field;
import io.millrace.document.FieldType;
import java.util.List;

/// What a rewrite reads.
///
/// - pulse: called now and then, at least once per [#PULSE_STEPS] documents or terms; ends the
///   rewrite by throwing
record RewriteInputs(List<SegmentReader> readers, DocumentPlacement placement, Runnable pulse) {
    static final int PULSE_STEPS = 1 << 16;

    int documentCount() {
        return placement.documentCount();
    }

    /// True when an input holds longs where the output is to hold doubles.
    static boolean widens(SegmentReader input, Field field) {
        return field.type() == FieldType.DOUBLE
                && input.schema().field(field.path()).map(Field::type).orElse(null)
                        == FieldType.LONG;
    }

    SegmentReader reader(DocumentPlacement.Walk walk) {
        return readers.get(walk.input());
    }

    /// Calls the pulse every so many steps.
    void step(long steps) {
        if (steps % PULSE_STEPS == 0) {
            pulse.run();
        }
    }
}
