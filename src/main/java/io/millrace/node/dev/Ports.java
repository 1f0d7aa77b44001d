package io.millrace.node.dev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// TCP ports of this machine.
final class Ports {
    private static final int CONNECT_MILLIS_MAX = 500;

    private Ports() {}

    /// Any port that is free now; somebody else may take it before its user does.
    static int free() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// As [#free], and never the one that is about to be used: until then the system may give it
    /// out again.
    static int freeBeside(int other) throws IOException {
        int port = free();
        while (port == other) {
            port = free();
        }
        return port;
    }

    /// `preferred` when it is free, else any other; 0 prefers none.
    static int freeOrOther(int preferred) throws IOException {
        return preferred != 0 && isFree(preferred) ? preferred : free();
    }

    /// Nobody listens there, on any address, and it could be bound.
    static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static boolean isOpen(int port) {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    CONNECT_MILLIS_MAX);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
