package io.millrace.testing;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// For tests that make the engine commit or fail so often that what it says of it drowns all else.
public final class SilentEngine implements BeforeEachCallback, AfterEachCallback {
    // A logger that nobody refers to is collected, and its level with it.
    private static final Logger ENGINE = Logger.getLogger("io.millrace.index");

    @Override
    public void beforeEach(ExtensionContext context) {
        ENGINE.setLevel(Level.OFF);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        ENGINE.setLevel(null);
    }
}
