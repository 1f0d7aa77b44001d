package io.millrace.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Checks bytes before a parser sees them: Jackson decodes overlong forms and encoded surrogates
/// without complaint and guesses UTF-16 from zero bytes.
final class Utf8Text {
    /// Well formed, and no escaped surrogate in it: every string in it is well formed too.
    static final int PLAIN = -1;

    /// Well formed, with at least one escape from `\ud800` to `\udfff`.
    static final int WITH_SURROGATE_ESCAPES = -2;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long BACKSLASHES = LOW_BITS * '\\';

    private Utf8Text() {}

    /// [#PLAIN], [#WITH_SURROGATE_ESCAPES], or the offset of the first byte that is no UTF-8.
    static int check(byte[] bytes) {
        boolean escapes = false;
        int at = 0;
        int end = bytes.length;
        while (at < end) {
            if (end - at >= Long.BYTES) {
                long word = (long) LONG.get(bytes, at);
                if ((word & HIGH_BITS) == 0) {
                    long backslash = word ^ BACKSLASHES;
                    if (((backslash - LOW_BITS) & ~backslash & HIGH_BITS) == 0) {
                        at += Long.BYTES;
                        continue;
                    }
                }
            }
            int b = bytes[at];
            if (b >= 0) {
                escapes |= b == '\\' && isSurrogateEscape(bytes, at);
                at++;
                continue;
            }
            int length = sequenceLength(bytes, at);
            if (length == 0) {
                return at;
            }
            at += length;
        }
        return escapes ? WITH_SURROGATE_ESCAPES : PLAIN;
    }

    private static boolean isSurrogateEscape(byte[] bytes, int at) {
        return at + 3 < bytes.length
                && bytes[at + 1] == 'u'
                && (bytes[at + 2] | 0x20) == 'd'
                && (bytes[at + 3] == '8' || bytes[at + 3] == '9' || bytes[at + 3] > '9');
    }

    /// Bytes of the multi-byte sequence at `at`, 0 when it is not well formed (Unicode table 3-7).
    private static int sequenceLength(byte[] bytes, int at) {
        int lead = bytes[at] & 0xFF;
        int second = at + 1 < bytes.length ? bytes[at + 1] & 0xFF : 0;
        if (lead >= 0xC2 && lead <= 0xDF) {
            return second >= 0x80 && second <= 0xBF ? 2 : 0;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            int lowest = lead == 0xE0 ? 0xA0 : 0x80;
            int highest = lead == 0xED ? 0x9F : 0xBF;
            return second >= lowest && second <= highest && continues(bytes, at + 2) ? 3 : 0;
        }
        if (lead >= 0xF0 && lead <= 0xF4) {
            int lowest = lead == 0xF0 ? 0x90 : 0x80;
            int highest = lead == 0xF4 ? 0x8F : 0xBF;
            return second >= lowest
                            && second <= highest
                            && continues(bytes, at + 2)
                            && continues(bytes, at + 3)
                    ? 4
                    : 0;
        }
        return 0;
    }

    private static boolean continues(byte[] bytes, int at) {
        return at < bytes.length && (bytes[at] & 0xC0) == 0x80;
    }

    /// True when a surrogate stands without its other half: text that UTF-8 cannot hold.
    static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair =
                        Character.isHighSurrogate(c)
                                && i + 1 < text.length()
                                && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
