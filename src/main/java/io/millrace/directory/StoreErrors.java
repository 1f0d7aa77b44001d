package io.millrace.directory;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.util.LinkedHashSet;
import java.util.Set;

/// Recognizes by its message that a failure means "no room": no space, no quota, no descriptor.
///
/// The JDK has no types for these and keeps no error numbers; its messages are what the C library's
/// `strerror` says, in the language of the process (the launcher calls `setlocale`). So the same
/// function is asked, once, what it says for these numbers; the English texts hold beside that.
final class StoreErrors {
    private static final Logger LOG = System.getLogger(StoreErrors.class.getName());

    /// ENFILE, EMFILE, ENOSPC, EDQUOT; the last as Linux has it.
    private static final int[] NUMBERS = {23, 24, 28, 122};

    private static final int TEXT_BYTES_MAX = 1_024;
    private static final Set<String> TEXTS = texts();

    private StoreErrors() {}

    static boolean isFull(IOException e) {
        String message = String.valueOf(e.getMessage());
        return TEXTS.stream().anyMatch(message::contains);
    }

    /// What the C library says for an error number, in the language of this process.
    @SuppressWarnings("restricted") // the application allows it to itself at start
    static String textOf(int number) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle strerror =
                linker.downcallHandle(
                        linker.defaultLookup().find("strerror").orElseThrow(),
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        MemorySegment text = (MemorySegment) strerror.invokeExact(number);
        return text.reinterpret(TEXT_BYTES_MAX, Arena.global(), null)
                .getString(0, Charset.forName(System.getProperty("native.encoding", "UTF-8")));
    }

    private static Set<String> texts() {
        Set<String> texts = new LinkedHashSet<>();
        texts.add("No space left on device");
        texts.add("Disk quota exceeded");
        texts.add("Too many open files");
        try {
            for (int number : NUMBERS) {
                texts.add(textOf(number));
            }
        } catch (Throwable e) {
            LOG.log(
                    Level.WARNING,
                    "a full disk is recognized in English only: no access to strerror",
                    e);
        }
        texts.removeIf(String::isBlank);
        return Set.copyOf(texts);
    }
}
