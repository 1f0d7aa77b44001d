package io.millrace.node.dev;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;

/// Unpacks files, folders and symbolic links of a tar archive with names of at most 100 bytes.
///
/// - Shape: blocks of 512 bytes; a header block, then the content, padded to whole blocks. Numbers
///   are octal text. The end is a block without a name.
/// - Source: POSIX.1-1988 ustar. Differs: other kinds of entries are refused, not skipped, and so
///   is a name that leads out of the target.
final class TarArchive {
    private static final int BLOCK_BYTES = 512;
    private static final int NAME_BYTES = 100;
    private static final int MODE_AT = 100;
    private static final int SIZE_AT = 124;
    private static final int KIND_AT = 156;
    private static final int LINK_AT = 157;

    private TarArchive() {}

    static void unpack(InputStream tar, Path target) throws IOException {
        var header = new byte[BLOCK_BYTES];
        while (true) {
            if (tar.readNBytes(header, 0, BLOCK_BYTES) != BLOCK_BYTES) {
                throw new EOFException("tar archive ends without its last block");
            }
            var name = text(header, 0);
            if (name.isEmpty()) {
                return;
            }
            var path = target.resolve(name).normalize();
            if (!path.startsWith(target)) {
                throw new IOException("tar entry %s leads out of %s".formatted(name, target));
            }
            long size = octal(header, SIZE_AT, 12);
            switch (header[KIND_AT]) {
                case '5' -> Files.createDirectories(path);
                case '2' -> {
                    Files.createDirectories(path.getParent());
                    Files.createSymbolicLink(path, Path.of(text(header, LINK_AT)));
                }
                case '0', 0 -> {
                    Files.createDirectories(path.getParent());
                    write(tar, size, path);
                    setExecutable(path, octal(header, MODE_AT, 8));
                }
                default ->
                        throw new IOException(
                                "tar entry %s: kind %c is not known"
                                        .formatted(name, (char) header[KIND_AT]));
            }
            tar.skipNBytes((BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES);
        }
    }

    private static void write(InputStream tar, long size, Path path) throws IOException {
        var buffer = new byte[64 * 1024];
        try (var file = Files.newOutputStream(path)) {
            for (long rest = size; rest > 0; ) {
                int length = tar.readNBytes(buffer, 0, (int) Math.min(rest, buffer.length));
                if (length == 0) {
                    throw new EOFException("tar archive ends inside " + path.getFileName());
                }
                file.write(buffer, 0, length);
                rest -= length;
            }
        }
    }

    /// Only what a program needs to be one; where the system has no such rights, it needs none.
    private static void setExecutable(Path path, long mode) throws IOException {
        boolean posix = Files.getFileAttributeView(path, PosixFileAttributeView.class) != null;
        if (posix && (mode & 0100) != 0) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static String text(byte[] header, int at) {
        int length = 0;
        while (length < NAME_BYTES && header[at + length] != 0) {
            length++;
        }
        return new String(header, at, length, StandardCharsets.UTF_8);
    }

    private static long octal(byte[] header, int at, int length) throws IOException {
        var digits = new String(header, at, length, StandardCharsets.US_ASCII).replace('\0', ' ');
        try {
            return digits.isBlank() ? 0 : Long.parseLong(digits.strip(), 8);
        } catch (NumberFormatException e) {
            throw new IOException(
                    "tar header: no octal number at byte %d: %s".formatted(at, digits));
        }
    }
}
