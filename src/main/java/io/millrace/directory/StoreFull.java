package io.millrace.directory;

import java.io.IOException;

/// There is no space, quota or file descriptor left. Nothing that was forced before is affected;
/// what was being written is incomplete and its owner deletes it.
public final class StoreFull extends IOException {
    private static final long serialVersionUID = 1;

    public StoreFull(String message, Throwable cause) {
        super(message, cause);
    }
}
