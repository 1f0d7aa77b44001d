package io.millrace.change;

import java.util.Locale;

/// A change that cannot be indexed: what came, where it was noticed and why it was refused.
public record Reject(Stage stage, String reason, Origin origin) {

    /// How the reason begins when a source left something out that no current document has.
    public static final String TOAST_BASE_MISSING = "toast-base-missing";

    /// The step that refused it.
    public enum Stage {
        /// The bytes are not in the source's format.
        DECODE,
        /// There is no usable key.
        KEY,
        /// What the change builds upon is not there, or cannot be changed like this.
        RESOLVE,
        /// The key has a document, in an index where the first one stays.
        DUPLICATE,
        /// The document breaks the schema or a limit.
        ANALYSE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
