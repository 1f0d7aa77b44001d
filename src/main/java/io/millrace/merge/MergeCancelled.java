package io.millrace.merge;

/// A merge was told to end. Its output file is incomplete and its owner's to delete; nothing else
/// changed.
public final class MergeCancelled extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MergeCancelled(String message) {
        super(message);
    }
}
