package io.millrace;

import org.jspecify.annotations.Nullable;

/// The five ways an operation can fail, named after what the caller does about it.
///
/// Messages are lower case and say what failed, the value, what was expected and where.
public abstract sealed class MillraceException extends RuntimeException {

    private MillraceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// Fix the request. `pointer` is the place in the request (a JSON pointer such as
    /// `/filter/and/0/eq`, or empty for the whole of it).
    public static final class InvalidRequest extends MillraceException {

        /// Why, as far as a caller must tell cases apart.
        public enum Reason {
            MALFORMED,
            NOT_FOUND,
            CONFLICT,
            /// It was there, and will not be again.
            GONE,
            TOO_LARGE,
            /// It took longer than it may.
            TIMEOUT
        }

        private final Reason reason;
        private final String pointer;

        private InvalidRequest(Reason reason, String pointer, String message) {
            super(message, null);
            this.reason = reason;
            this.pointer = pointer;
        }

        public static InvalidRequest malformed(String pointer, String message) {
            return new InvalidRequest(Reason.MALFORMED, pointer, message);
        }

        public static InvalidRequest notFound(String message) {
            return new InvalidRequest(Reason.NOT_FOUND, "", message);
        }

        public static InvalidRequest conflict(String message) {
            return new InvalidRequest(Reason.CONFLICT, "", message);
        }

        public static InvalidRequest gone(String message) {
            return new InvalidRequest(Reason.GONE, "", message);
        }

        public static InvalidRequest tooLarge(String pointer, String message) {
            return new InvalidRequest(Reason.TOO_LARGE, pointer, message);
        }

        public static InvalidRequest timeout(String message) {
            return new InvalidRequest(Reason.TIMEOUT, "", message);
        }

        public Reason reason() {
            return reason;
        }

        public String pointer() {
            return pointer;
        }
    }

    /// Retry later: nothing is wrong with the request, something it needs is not there now.
    public static final class Unavailable extends MillraceException {
        private final boolean passing;
        private final boolean unfinished;

        public Unavailable(String message) {
            this(message, null, true, false);
        }

        /// Passes unless its cause is one of ours that does not.
        public Unavailable(String message, Throwable cause) {
            this(
                    message,
                    cause,
                    !(cause instanceof MillraceException)
                            || (cause instanceof Unavailable unavailable && unavailable.passing),
                    false);
        }

        private Unavailable(
                String message, @Nullable Throwable cause, boolean passing, boolean unfinished) {
            super(message, cause);
            this.passing = passing;
            this.unfinished = unfinished;
        }

        /// The operation took too long for its caller but goes on: called again, it waits for the
        /// same outcome. Nothing was given up.
        public static Unavailable unfinished(String message) {
            return new Unavailable(message, null, true, true);
        }

        /// Until somebody acts: waiting does not help.
        public static Unavailable untilRepaired(String message, @Nullable Throwable cause) {
            return new Unavailable(message, cause, false, false);
        }

        /// False when the same request fails again until somebody acts.
        public boolean isPassing() {
            return passing;
        }

        /// True when the operation goes on and is to be called again, see [#unfinished].
        public boolean isUnfinished() {
            return unfinished;
        }
    }

    /// Stop: somebody else owns what this operation wanted to change.
    public static final class Fenced extends MillraceException {
        public Fenced(String message) {
            super(message, null);
        }
    }

    /// Rebuild: bytes on disk are not what was written.
    public static final class Corrupt extends MillraceException {
        public Corrupt(String message) {
            super(message, null);
        }

        public Corrupt(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// Report: our own logic broke one of its rules.
    public static final class Bug extends MillraceException {
        public Bug(String message) {
            super(message, null);
        }

        public Bug(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
