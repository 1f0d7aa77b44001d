package io.millrace.segment;

/// Stands on a term of a dictionary of bytes and goes from one to the next, in order. Confined to
/// one thread.
public interface TermWalk {
    int ordinal();

    /// The term, in front of the array; another array after the next step.
    byte[] bytes();

    int length();

    /// Goes to the next term; false when there is none.
    boolean advance();
}
