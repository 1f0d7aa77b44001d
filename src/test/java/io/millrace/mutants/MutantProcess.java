package io.millrace.mutants;

import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs test classes, or single methods (`Class#method`), in the order given and ends at the first
/// failure. The exit code tells [MutantsTest] what happened.
final class MutantProcess {
    static final int ALL_GREEN = 0;
    static final int NOTICED = 3;
    static final int NOTHING_RAN = 4;

    private MutantProcess() {}

    public static void main(String[] tests) {
        Noticing noticing = new Noticing();
        for (String test : tests) {
            List<DiscoverySelector> selected = new ArrayList<>();
            selected.add(
                    test.contains("#")
                            ? DiscoverySelectors.selectMethod(test)
                            : DiscoverySelectors.selectClass(test));
            LauncherDiscoveryRequest request =
                    LauncherDiscoveryRequestBuilder.request().selectors(selected).build();
            LauncherFactory.create().execute(request, noticing);
        }
        exit(noticing.passed > 0 ? ALL_GREEN : NOTHING_RAN);
    }

    /// Threads of a broken engine may never end, so nothing waits for them.
    private static void exit(int code) {
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }

    private static final class Noticing implements TestExecutionListener {
        private int passed;

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                if (test.getParentId().isEmpty()) {
                    // The engine itself: a test that is named and not there proves nothing.
                    System.out.println("not run: " + result.getThrowable());
                    exit(NOTHING_RAN);
                }
                System.out.println("noticed by " + test.getUniqueId());
                result.getThrowable()
                        .ifPresent(e ->
                                System.out.println(
                                        String.valueOf(e).lines().findFirst().orElse("")));
                exit(NOTICED);
            }
            passed += test.isTest() ? 1 : 0;
        }
    }
}
