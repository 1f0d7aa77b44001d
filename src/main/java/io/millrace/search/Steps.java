package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import org.jspecify.annotations.Nullable;

/// Cuts the values of a field into steps that touch each other. Immutable.
public sealed interface Steps permits NumberSteps, TimeSteps {

    /// - start: the least value a step can hold
    /// - end: the least above it; null when the type has none
    /// - shown: where the step begins, as answers show it
    record Step(TermValue start, @Nullable TermValue end, Value shown) {}

    /// The step that holds a value.
    ///
    /// @throws io.millrace.MillraceException.InvalidRequest when steps are too fine to be told
    ///   apart there
    Step of(Field field, TermValue value);

    /// True when it is plain, without making them, that there are more than `count` steps from the
    /// one that begins at `first` to the one that begins at `last`.
    boolean areMore(int count, Field field, TermValue first, TermValue last);
}
