package io.millrace.change;

import java.util.Locale;

/// A change that cannot be indexed: what came, where it was noticed and why it was refused.
public record Reject(Stage stage, String reason, Origin origin) {

    /// The step that refused it.
    public enum Stage {
        /// The bytes are not in the source's format.
        DECODE,
        /// There is no usable key.
        KEY,
        /// The document breaks the schema or a limit.
        ANALYSE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
