package io.millrace.directory;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The operating system failed to make bytes or names durable. What is on disk is unknown: the
/// pages are marked clean, so trying again would report success without truth. The owner stops and
/// reopens.
public final class DurabilityLost extends IOException {
    private static final long serialVersionUID = 1;

    public DurabilityLost(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
