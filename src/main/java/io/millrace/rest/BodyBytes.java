package io.millrace.rest;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.source.push.PushOptions;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes of all bodies that are being read: however many clients send at once, memory
/// stays bounded. May be shared between threads.
final class BodyBytes {
    private final PushOptions options;
    private final AtomicLong held = new AtomicLong();

    BodyBytes(PushOptions options) {
        this.options = options;
    }

    /// @param path of the request, for problems
    Counted count(InputStream body, String path) {
        return new Counted(body, path);
    }

    static InvalidRequest tooLarge(String lengthBytes, int most) {
        return InvalidRequest.tooLarge(
                "",
                "body of %s bytes, expected at most millrace.push.body-bytes-max = %d"
                        .formatted(lengthBytes, most));
    }

    /// One body; its bytes count until it is closed. Confined to one thread.
    final class Counted extends FilterInputStream {
        private final String path;
        private long read;

        private Counted(InputStream body, String path) {
            super(body);
            this.path = path;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        /// @throws InvalidRequest TOO_LARGE
        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            int count = super.read(into, from, most);
            if (count <= 0) {
                return count;
            }
            read += count;
            long all = held.addAndGet(count);
            if (read > options.bodyBytesMax()) {
                throw tooLarge("more than " + options.bodyBytesMax(), options.bodyBytesMax());
            }
            if (all > options.readingBytesMax()) {
                throw ProblemException.tooManyRequests(
                        "the requests being read hold more than %d bytes; nothing of this one was taken"
                                .formatted(options.readingBytesMax()),
                        path);
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            held.addAndGet(-read);
            read = 0;
            super.close();
        }
    }
}
