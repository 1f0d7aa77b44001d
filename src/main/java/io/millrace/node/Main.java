package io.millrace.node;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/// Where the process begins: a verb works on folders and ends; without one the node starts.
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        if (OfflineVerbs.isVerb(arguments)) {
            System.exit(new OfflineVerbs(System.out, System.err).run(arguments));
        }
        Quarkus.run(arguments);
    }
}
