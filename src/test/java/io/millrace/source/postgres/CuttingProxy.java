package io.millrace.source.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/// Passes on what a client and a server say, and cuts the next connection off after so many bytes
/// of the server, wherever that is. May be shared between threads.
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int serverPort;

    /// Bytes that may still come from the server.
    private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);

    CuttingProxy(int serverPort) {
        this.serverPort = serverPort;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /// Every connection together gets no more than this from the server from now on.
    void cutAfter(long bytes) {
        left.set(bytes);
    }

    boolean hasCut() {
        return left.get() <= 0;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                Thread.ofPlatform().daemon().start(() -> pass(client, server, false));
                Thread.ofPlatform().daemon().start(() -> pass(server, client, true));
            } catch (IOException e) {
                // Closed, or the server is gone: whoever connected notices.
            }
        }
    }

    private void pass(Socket from, Socket to, boolean counts) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                long before = counts ? left.getAndAdd(-read) : Long.MAX_VALUE;
                if (before < read) {
                    out.write(buffer, 0, (int) Math.max(0, before));
                    return;
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One of both is gone, and so is the other one now.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
