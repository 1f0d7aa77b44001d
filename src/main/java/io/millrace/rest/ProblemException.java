package io.millrace.rest;

import org.jspecify.annotations.Nullable;

/// A refusal that only HTTP knows: its problem is the answer.
///
/// - retryAfterSeconds: null when waiting does not help
final class ProblemException extends RuntimeException {
    private final transient Problem problem;
    private final @Nullable Integer retryAfterSeconds;

    ProblemException(Problem problem, @Nullable Integer retryAfterSeconds) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    static ProblemException tooManyRequests(String detail, String instance) {
        return new ProblemException(
                Problem.of("too-many-requests", "too many requests", 429, detail, instance), 1);
    }

    Problem problem() {
        return problem;
    }

    @Nullable Integer retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
